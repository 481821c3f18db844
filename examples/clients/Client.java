import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Usage: java Client.java URL ROWS.csv */
public class Client {
    public static void main(String[] words) throws Exception {
        String sheet = Files.readString(Path.of(words[1]), StandardCharsets.UTF_8);
        String rows = sheet.substring(sheet.indexOf('\n') + 1);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(words[0] + "/invocations"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString(rows, StandardCharsets.UTF_8));
        String token = System.getenv("MLWRIGHT_TOKEN");
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<String> reply = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (reply.statusCode() != 200) {
            System.err.println(reply.body());
            System.exit(1);
        }
        System.out.print(reply.body());
    }
}
