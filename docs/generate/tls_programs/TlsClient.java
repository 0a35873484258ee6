import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Meet TLS with Java's HttpClient.
 * Standard input: {cases: [{name, url, ca, certificate}], body, seconds}. Standard output: {name: status or words}.
 */
class TlsClient {
    static final Pattern TEXT = Pattern.compile("\"(name|url|ca|certificate|body)\": \"((?:[^\"\\\\]|\\\\.)*)\"");
    static final Pattern SECONDS = Pattern.compile("\"seconds\": ([0-9.]+)");

    public static void main(String[] arguments) throws Exception {
        String given = new String(System.in.readAllBytes());
        Matcher seconds = SECONDS.matcher(given);
        if (!seconds.find()) throw new IllegalArgumentException("expected seconds");
        Duration timeout = Duration.ofMillis((long) (1000 * Double.parseDouble(seconds.group(1))));
        Matcher found = TEXT.matcher(given);
        List<String> values = new ArrayList<>();
        while (found.find()) values.add(found.group(2).replace("\\\"", "\""));
        String body = values.remove(values.size() - 1);
        List<String> met = new ArrayList<>();
        for (int place = 0; place < values.size(); place += 4) {
            List<String> each = values.subList(place, place + 4);
            String outcome = meet(each.get(1), context(each.get(2), each.get(3)), body, timeout);
            met.add("\"" + each.get(0) + "\": " + outcome);
        }
        System.out.print("{" + String.join(", ", met) + "}");
        System.exit(0);
    }

    static String meet(String url, SSLContext context, String body, Duration timeout) {
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .timeout(timeout)
            .header("Content-Type", "application/json; charset=UTF-8")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        try {
            return "" + client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) cause = cause.getCause();
            String text = cause.getMessage() == null ? "" : ": " + cause.getMessage().replaceAll(": [A-Z][a-z]{2} .*", "");
            String first = cause == error || cause.getClass() == error.getClass() ? "" : error.getClass().getSimpleName() + ": ";
            String words = first + cause.getClass().getSimpleName() + text;
            return "\"" + words.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s+", " ") + "\"";
        }
    }

    static SSLContext context(String ca, String certificate) throws Exception {
        KeyStore trusted = empty();
        for (Certificate each : certificates(ca)) trusted.setCertificateEntry("ca", each);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = empty();
        if (!certificate.isEmpty()) {
            String pem = Files.readString(Path.of(certificate)).replaceAll("(?s).*-----BEGIN PRIVATE KEY-----(.*?)-----END.*", "$1");
            byte[] der = Base64.getMimeDecoder().decode(pem);
            own.setKeyEntry("client", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)), new char[0], certificates(certificate).toArray(new Certificate[0]));
        }
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    static List<Certificate> certificates(String file) throws Exception {
        String pem = Files.readString(Path.of(file));
        byte[] octets = pem.substring(pem.indexOf("-----BEGIN CERTIFICATE-----")).getBytes();
        return new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(octets)));
    }
}
