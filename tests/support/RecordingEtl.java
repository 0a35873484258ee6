import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import javax.net.ssl.*;

/**
 * A nightly job as an integrator writes it: the calls of one day, with their recordings, as lines of CSV.
 *
 * <p>Run by {@code java RecordingEtl.java CA.pem JOBS.json OUT.csv}; the jobs are those of recording_etl.mjs. All run at
 * once. OUT.csv gets the line {@code tenant,callId,user,dialogType,startTime,endTime,state,milliseconds,digits,sha256} for
 * each call, and {@code tenant,end} for each job.
 */
public class RecordingEtl {
  static final int PAGE_SIZE = 5, TRIES = 7, RATE = 8000, KEY = 640, PAUSE = 320, QUIETEST = 64;
  static final long DAY = 24 * 3600 * 1000L;
  static final String KEYS = "123A456B789C*0#D";
  static final int[] ROWS = {697, 770, 852, 941}, COLUMNS = {1209, 1336, 1477, 1633};
  static final Set<Integer> PASSING = Set.of(429, 500, 502, 503, 504);

  static class GaveUp extends Exception {
    GaveUp(String reason) { super(reason); }
  }

  static class Passing extends GaveUp {
    Passing(String reason) { super(reason); }
  }

  interface Attempt<T> {
    T make() throws Exception;
  }

  static String url;
  static HttpClient client;
  static PrintWriter csv;

  public static void main(String[] arguments) throws Exception {
    client = HttpClient.newBuilder().sslContext(trust(arguments[0])).version(HttpClient.Version.HTTP_1_1).build();
    var given = Json.object(Files.readString(Path.of(arguments[1])));
    url = (String) given.get("url");
    var threads = Executors.newCachedThreadPool();
    try (var file = new PrintWriter(arguments[2], StandardCharsets.UTF_8)) {
      csv = file;
      var running = new ArrayList<Future<?>>();
      for (var job : (List<?>) given.get("jobs")) running.add(threads.submit(() -> { work((Map<?, ?>) job); return null; }));
      for (var each : running) each.get();
    } finally {
      threads.shutdownNow();
    }
  }

  static void work(Map<?, ?> job) throws Exception {
    var end = "complete";
    try {
      run(job);
    } catch (GaveUp reason) {
      end = reason.getMessage();
    }
    csv.println(job.get("tenant") + "," + end);
  }

  /** Two workers after each other, each with half of the users and a token of its own. */
  static void run(Map<?, ?> job) throws Exception {
    var users = (List<?>) job.get("users");
    var half = (users.size() + 1) / 2;
    for (var some : List.of(users.subList(0, half), users.subList(half, users.size()))) {
      if (some.isEmpty()) continue;
      var token = ask("gettoken", """
          {"appKey": "%s", "appSecret": "%s"}""".formatted(job.get("tenant"), job.get("secret"))).get("authToken");
      for (var user : some) calls(job, token, user);
    }
  }

  static void calls(Map<?, ?> job, Object token, Object user) throws Exception {
    for (int number = 1, found = PAGE_SIZE; found == PAGE_SIZE; number++) {
      var page = (List<?>) ask("queryRecordHistory", """
          {"tenantId": "%s", "authToken": "%s", "userMobile": "%s", "beginTime": "%s", "endTime": "%s",
           "pageNum": "%d", "pageSize": "%d"}""".formatted(
              job.get("tenant"), token, user, job.get("begin"), job.get("end"), number, PAGE_SIZE)).get("recordList");
      for (var each : page) {
        var call = (Map<?, ?>) each;
        if (!((List<?>) job.get("done")).contains(call.get("callId"))) csv.println(row(job, user, call));
      }
      found = page.size();
    }
  }

  static String row(Map<?, ?> job, Object user, Map<?, ?> call) throws Exception {
    var end = call.get("endTime") == null ? "" : call.get("endTime");
    return String.join(",", job.get("tenant").toString(), call.get("callId").toString(), user.toString(),
        Objects.toString(call.get("dialogType"), ""), call.get("startTime").toString(), end.toString(), state(job, call));
  }

  /** Tells the state, and of a recording its milliseconds, digits and SHA-256. */
  static String state(Map<?, ?> job, Map<?, ?> call) throws Exception {
    var info = Json.object((String) call.get("businessInfoStr"));
    if ("3".equals(call.get("dialogType")) || info.get("recordFileName").equals("null")) return "no sound,,,";
    if (call.get("endTime") == null) return "pending,,,";
    try {
      return download(job, call, info);
    } catch (GaveUp reason) {
      return reason.getMessage() + ",,,";
    }
  }

  /** A failure is JSON under HTTP 200, and may have any length and type: sound begins as a WAV file does. */
  static String download(Map<?, ?> job, Map<?, ?> call, Map<?, ?> info) throws Exception {
    return persist(() -> {
      var octets = post("/CCFS/resource/ccfs/downloadOiapRecord?locationId=" + info.get("locationId"), """
          {"request": {"version": "2.0"}, "msgBody": {"fileName": "%s"}}""".formatted(info.get("recordFileName")),
          "Authorization", "auth-v2/" + job.get("tenant") + "/-/-/-");
      if (text(octets, 0, 4).equals("RIFF")) return listen(octets, call);
      var code = parse(octets).get("resultCode");
      if (code.equals("0300012") && (Long) job.get("now") - (Long) call.get("endTime") < DAY) return "pending,,,";
      var reason = "resultCode " + code;
      throw code.equals("0300008") ? new Passing(reason) : new GaveUp(reason);
    });
  }

  /** Nothing but the sound tells whether it is whole, and that of this call. */
  static String listen(byte[] wav, Map<?, ?> call) throws Exception {
    var file = ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN);
    if (file.getInt(4) + 8 != wav.length) throw new Passing("a recording that is cut");
    var place = 12;
    while (!text(wav, place, 4).equals("data")) place += 8 + file.getInt(place + 4) + file.getInt(place + 4) % 2;
    var samples = new int[file.getInt(place + 4)];
    for (int at = 0; at < samples.length; at++) samples[at] = linear(wav[place + 8 + at]);
    if (Arrays.stream(samples).allMatch(sample -> Math.abs(sample) <= QUIETEST)) throw new GaveUp("a recording that is silent");
    var milliseconds = samples.length * 1000L / RATE;
    var id = (String) call.get("callId");
    var digits = heard(samples);
    var expected = id.substring(id.length() - 8).toUpperCase().replace('E', '*').replace('F', '#');
    if (!digits.equals(expected) || milliseconds != (Long) call.get("endTime") - (Long) call.get("startTime"))
      throw new Passing("the recording of another call");
    var sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(wav));
    return "recorded," + milliseconds + "," + digits + "," + sha256;
  }

  /** G.711, A-law. */
  static int linear(byte octet) {
    int bits = (octet & 0xff) ^ 0x55, segment = bits >> 4 & 7, step = (bits & 15) << 4;
    int magnitude = segment == 0 ? step + 8 : (step + 264) << (segment - 1);
    return (bits & 0x80) != 0 ? magnitude : -magnitude;
  }

  static String heard(int[] samples) {
    var digits = new StringBuilder();
    for (int first = 0; digits.length() < 8 && first + KEY <= samples.length; first += KEY + PAUSE)
      digits.append(KEYS.charAt(loudest(samples, first, ROWS) * 4 + loudest(samples, first, COLUMNS)));
    return digits.toString();
  }

  static int loudest(int[] samples, int first, int[] frequencies) {
    var found = 0;
    for (int each = 1; each < 4; each++)
      if (power(samples, first, frequencies[each]) > power(samples, first, frequencies[found])) found = each;
    return found;
  }

  /** Goertzel's method. */
  static double power(int[] samples, int first, int frequency) {
    double factor = 2 * Math.cos(2 * Math.PI * frequency / RATE), before = 0, last = 0;
    for (int at = first; at < first + KEY; at++) {
      var next = samples[at] + factor * last - before;
      before = last;
      last = next;
    }
    return before * before + last * last - factor * before * last;
  }

  /** A success may come without errorCode, which the vendor's table marks as optional. */
  static Map<?, ?> ask(String operation, String body) throws Exception {
    return persist(() -> {
      var answer = parse(post("/oifde/rest/api/" + operation, body));
      var code = answer.get("errorCode");
      if (code != null && !code.equals(0L)) throw new GaveUp("errorCode " + code);
      return answer;
    });
  }

  static Map<?, ?> parse(byte[] octets) throws Passing {
    try {
      return Json.object(new String(octets, StandardCharsets.UTF_8));
    } catch (RuntimeException mistake) {
      throw new Passing("neither sound nor JSON");
    }
  }

  /** Do something again, after a growing pause, while the reason of its failure may pass. */
  static <T> T persist(Attempt<T> attempt) throws Exception {
    for (int tried = 1; ; tried++) {
      try {
        return attempt.make();
      } catch (Passing reason) {
        if (tried == TRIES) throw new GaveUp(reason.getMessage());
        Thread.sleep(10L << tried);
      }
    }
  }

  static byte[] post(String path, String body, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60))
        .header("Content-Type", "application/json; charset=UTF-8")
        .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) request.headers(headers);
    HttpResponse<byte[]> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException broken) {
      throw new Passing("broken connection");
    }
    if (answer.statusCode() == 200) return answer.body();
    var reason = "HTTP " + answer.statusCode();
    throw PASSING.contains(answer.statusCode()) ? new Passing(reason) : new GaveUp(reason);
  }

  static String text(byte[] octets, int first, int length) {
    return new String(octets, first, Math.min(length, octets.length - first), StandardCharsets.ISO_8859_1);
  }

  static SSLContext trust(String pem) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (var file = new FileInputStream(pem)) {
      store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}

class Json {
  private final String text;
  private int at;

  private Json(String text) { this.text = text; }

  static Map<?, ?> object(String text) { return (Map<?, ?>) new Json(text).value(); }

  private Object value() {
    switch (next()) {
      case '{': return members();
      case '[': return elements();
      case '"': return string();
      default: return word();
    }
  }

  private Map<String, Object> members() {
    var found = new LinkedHashMap<String, Object>();
    at++;
    while (next() != '}') {
      var name = string();
      next();
      at++; // the colon
      found.put(name, value());
      if (next() == ',') at++;
    }
    at++;
    return found;
  }

  private List<Object> elements() {
    var found = new ArrayList<Object>();
    at++;
    while (next() != ']') {
      found.add(value());
      if (next() == ',') at++;
    }
    at++;
    return found;
  }

  private String string() {
    var found = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      if (text.charAt(at) != '\\') { found.append(text.charAt(at)); continue; }
      var escape = text.charAt(++at);
      if (escape == 'u') {
        found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
        at += 4;
      } else found.append("bfnrt".indexOf(escape) < 0 ? escape : "\b\f\n\r\t".charAt("bfnrt".indexOf(escape)));
    }
    at++;
    return found.toString();
  }

  private Object word() {
    var first = at;
    while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) at++;
    var word = text.substring(first, at);
    if (word.equals("null")) return null;
    return word.equals("true") || word.equals("false") ? (Object) Boolean.valueOf(word) : Long.valueOf(word);
  }

  private char next() {
    while (Character.isWhitespace(text.charAt(at))) at++;
    return text.charAt(at);
  }
}
