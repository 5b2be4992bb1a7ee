// SPDX-License-Identifier: Apache-2.0
import com.google.api.client.auth.oauth2.TokenResponseException;
import com.google.api.client.googleapis.auth.oauth2.GoogleCredential;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.webtoken.JsonWebSignature;

/** The ways to be let in, and to be kept out. */
final class Credentials {
  private final Check check;
  private final GenericJson sandbox;
  private final String endpoint;
  private final String keyFile;
  private final String partnerId;

  Credentials(Check check, GenericJson sandbox) {
    this.check = check;
    this.sandbox = sandbox;
    endpoint = (String) sandbox.get("endpoint");
    keyFile = (String) Check.at(sandbox, "resellers", 0, "credentials");
    partnerId = (String) Check.at(sandbox, "resellers", 0, "partnerId");
  }

  void run() {
    check.that("a token that has expired is renewed", () -> {
      GoogleCredential credential = Provisioning.account(keyFile, Provisioning.PARTNER);
      credential.setAccessToken("ya29.expired").setExpiresInSeconds(3600L);
      list(credential, partnerId).execute();
      Check.expect(!credential.getAccessToken().equals("ya29.expired"), "it was not");
    });
    check.that("a self-signed token", () -> list(selfSigned(endpoint + "/"), partnerId).execute());
    check.that("a self-signed token for Google's audience", () ->
        list(selfSigned("https://androiddeviceprovisioning.googleapis.com/"), partnerId).execute());
    check.that("a self-signed token for another service",
        () -> isUnauthenticated(selfSigned("https://example.com/")));
    check.that("a forged token", () -> isUnauthenticated(bearer("ya29.forged")));
    check.that("no token", () -> isUnauthenticated(request -> {}));
    check.that("another scope", () -> Check.isRefused(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        list(Provisioning.account(keyFile, Provisioning.CUSTOMER), partnerId)));
    String other = (String) Check.at(sandbox, "resellers", 1, "partnerId");
    check.that("another reseller", () -> Check.isRefused(403, "PERMISSION_DENIED",
        list(Provisioning.account(keyFile, Provisioning.PARTNER), other)));
    check.that("a key that the server does not know", this::unknownKey);
  }

  private Provisioning.Call list(HttpRequestInitializer credential, String partner) {
    return Provisioning.at(endpoint, credential).get("v1/partners/{partnerId}/customers")
        .set("partnerId", partner).set("pageSize", 1);
  }

  private static HttpRequestInitializer bearer(String token) {
    return request -> request.getHeaders().setAuthorization("Bearer " + token);
  }

  private void isUnauthenticated(HttpRequestInitializer credential) throws Exception {
    Check.isRefused(401, "UNAUTHENTICATED", list(credential, partnerId));
  }

  private HttpRequestInitializer selfSigned(String audience) throws Exception {
    GoogleCredential account = Provisioning.account(keyFile, Provisioning.PARTNER);
    long now = System.currentTimeMillis() / 1000;
    JsonWebSignature.Header header = new JsonWebSignature.Header().setAlgorithm("RS256")
        .setType("JWT").setKeyId(account.getServiceAccountPrivateKeyId());
    JsonWebSignature.Payload payload = new JsonWebSignature.Payload();
    payload.setIssuer(account.getServiceAccountId()).setSubject(account.getServiceAccountId())
        .setAudience(audience).setIssuedAtTimeSeconds(now).setExpirationTimeSeconds(now + 3600);
    return bearer(JsonWebSignature.signUsingRsaSha256(
        account.getServiceAccountPrivateKey(), Provisioning.JSON, header, payload));
  }

  private void unknownKey() throws Exception {
    GoogleCredential own = Provisioning.account(keyFile, Provisioning.PARTNER);
    GoogleCredential unknown = own.toBuilder().setServiceAccountId("nobody@example.com").build();
    try {
      list(unknown, partnerId).execute();
    } catch (TokenResponseException e) {
      Check.equal(400, e.getStatusCode());
      Check.equal("invalid_grant", e.getDetails().getError());
      return;
    } catch (GoogleJsonResponseException e) {
      throw new AssertionError("it got a token", e);
    }
    throw new AssertionError("it was let in");
  }
}
