<?php
// Meet TLS with PHP's curl extension.
// Standard input: {cases: [{name, url, ca, certificate}], body, seconds}. Standard output: {name: status or words}.
$given = json_decode(file_get_contents("php://stdin"), true);
$met = [];
foreach ($given["cases"] as $case) {
    $call = curl_init($case["url"]);
    curl_setopt_array($call, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_PROXY => "",
        CURLOPT_CAINFO => $case["ca"],
        CURLOPT_TIMEOUT_MS => (int) ($given["seconds"] * 1000),
        CURLOPT_POSTFIELDS => $given["body"],
        CURLOPT_HTTPHEADER => ["Content-Type: application/json; charset=UTF-8"],
    ]);
    if ($case["certificate"]) {
        curl_setopt($call, CURLOPT_SSLCERT, $case["certificate"]);
    }
    $good = curl_exec($call) !== false;
    $words = preg_replace(
        ["/^(OpenSSL SSL_\w+: |SSL certificate problem: )?(OpenSSL\/[0-9.]+: )?/", "/error:\w+:SSL routines:\w*:/", "/ after \d+ milliseconds.*|, errno \d+.*/"],
        "",
        curl_error($call),
    );
    $met[$case["name"]] = $good ? curl_getinfo($call, CURLINFO_RESPONSE_CODE) : "errno " . curl_errno($call) . ": $words";
}
echo json_encode($met);
