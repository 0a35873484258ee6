// A suite's end as Java writes it, against the control plane: java -cp wiremock-standalone.jar Verifies.java PORT
import static com.github.tomakehurst.wiremock.client.WireMock.*;

import com.github.tomakehurst.wiremock.client.BasicCredentials;
import com.github.tomakehurst.wiremock.client.VerificationException;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.UniformDistribution;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;

public class Verifies {
    static final String QUERY = "/oifde/rest/api/queryRecordHistory";
    static final String TOKEN = "0dbe11892be840cf983453ea70b505de";

    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
        System.out.println("ok " + what);
    }

    static String failure(Runnable verify) {
        try {
            verify.run();
        } catch (VerificationException | com.github.tomakehurst.wiremock.common.ClientError error) {
            return String.valueOf(error.getMessage());
        }
        throw new AssertionError("verified what is not so");
    }

    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        WireMock wiremock = new WireMock("127.0.0.1", port);
        WireMock.configureFor("127.0.0.1", port);

        verify(3, postRequestedFor(urlEqualTo(QUERY)));
        verify(moreThan(1), postRequestedFor(urlPathEqualTo(QUERY)).withHeader("Content-Type", containing("json")));
        verify(1, postRequestedFor(urlPathMatching("/oifde/.*")).withRequestBody(matchingJsonPath("$[?(@.userMobile == '18000000002')]")));
        verify(2, postRequestedFor(anyUrl()).withRequestBody(matchingJsonPath("$.userMobile", equalTo("18000000001"))));
        verify(1, postRequestedFor(anyUrl()).withRequestBody(equalToJson(
            "{\"tenantId\": \"acme\", \"authToken\": \"" + TOKEN + "\", \"userMobile\": \"18000000002\"}", true, true)));
        verify(0, getRequestedFor(anyUrl()));
        verify(3, postRequestedFor(urlEqualTo(QUERY)).withHeader("X-None", absent()).withoutHeader("X-None"));
        verify(0, anyRequestedFor(anyUrl()).withBasicAuth(new BasicCredentials("u", "p")));
        System.out.println("ok counts");

        check(findAll(postRequestedFor(urlEqualTo(QUERY))).size() == 3, "find");
        check(findAll(anyRequestedFor(anyUrl())).get(0).getBodyAsString().contains("acme"), "a request's body");
        check(getAllServeEvents().size() == 4, "serve events");
        ServeEvent newest = getAllServeEvents().get(0);
        check(!newest.getWasMatched() && newest.getResponse().getStatus() == 404, "the newest is unmatched");
        check(findUnmatchedRequests().size() == 1, "unmatched");
        check(!findNearMissesForAllUnmatched().isEmpty(), "near misses of unmatched");

        String told = failure(() -> verify(1, postRequestedFor(urlEqualTo(QUERY)).withRequestBody(containing("18000000009"))));
        check(told.contains("18000000009") && told.contains(QUERY), "a failure tells the nearest: " + told.lines().limit(2).toList());
        check(failure(() -> verify(9, postRequestedFor(urlEqualTo(QUERY)))).contains("9"), "a wrong count fails");
        check(failure(() -> verify(1, postRequestedFor(urlMatching("\\p{javaLowerCase}+")))).contains("regular expression"), "a wrong pattern is told");
        String undone = failure(() -> verify(1, postRequestedFor(anyUrl()).withRequestBody(equalToXml("<x/>"))));
        check(undone.contains("/bodyPatterns/0/equalToXml: ") && undone.contains("Not supported"), "what is not done says why: " + undone.lines().toList());

        Scenario scenario = getAllScenarios().stream().filter(each -> each.getName().equals("steps")).findFirst().orElseThrow();
        check(scenario.getState().equals("Started") && scenario.getPossibleStates().contains("down"), "scenarios");
        setScenarioState("steps", "down");
        check(getAllScenarios().stream().anyMatch(each -> each.getState().equals("down")), "a state is set");
        resetAllScenarios();
        check(getAllScenarios().stream().noneMatch(each -> each.getState().equals("down")), "scenarios are reset");

        setGlobalFixedDelay(1);
        setGlobalRandomDelay(new UniformDistribution(0, 1));
        check(wiremock.getGlobalSettings().getFixedDelay() == 1, "settings");
        check(listAllStubMappings().getMappings().size() == 6, "stubs to read: " + listAllStubMappings().getMappings().size());
        check(failure(() -> stubFor(get("/x").willReturn(ok()))).contains("POST /tenants/{id}/rules"), "a stub cannot be added, and what can is told");
        check(failure(() -> removeAllMappings()).contains("POST /tenants/{id}/clear"), "nor removed");
        check(failure(() -> startRecording("http://x.example")).contains("nothing behind this server"), "nothing is recorded");

        wiremock.removeServeEvents(postRequestedFor(urlEqualTo(QUERY)).withRequestBody(containing("18000000002")));
        check(getAllServeEvents().size() == 3, "remove");
        removeServeEvent(newest.getId());
        check(getAllServeEvents().size() == 2, "remove one");
        resetAllRequests();
        verify(0, anyRequestedFor(anyUrl()));
        reset();
        System.out.println("ok all");
    }
}
