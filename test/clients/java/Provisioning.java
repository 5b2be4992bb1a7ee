// SPDX-License-Identifier: Apache-2.0
import com.google.api.client.googleapis.auth.oauth2.GoogleCredential;
import com.google.api.client.googleapis.services.json.AbstractGoogleJsonClient;
import com.google.api.client.googleapis.services.json.AbstractGoogleJsonClientRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.jackson2.JacksonFactory;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;

/**
 * The API on the classes that Google's generated Java client is built on: Debian packages these,
 * not the generated code, whose methods differ from call() below in their types alone.
 */
final class Provisioning extends AbstractGoogleJsonClient {
  static final String PARTNER = "https://www.googleapis.com/auth/androidworkprovisioning";
  static final String CUSTOMER = "https://www.googleapis.com/auth/androidworkzerotouchemm";

  static final NetHttpTransport TRANSPORT = new NetHttpTransport();
  static final JacksonFactory JSON = JacksonFactory.getDefaultInstance();

  private Provisioning(Builder builder) {
    super(builder);
  }

  /** The API at this root URL, as the account of this credential. */
  static Provisioning at(String endpoint, HttpRequestInitializer credential) {
    Builder builder = new Builder(endpoint + "/", credential);
    builder.setBatchPath("batch").setApplicationName("openzerotouch-test");
    return builder.build();
  }

  private static final class Builder extends AbstractGoogleJsonClient.Builder {
    Builder(String rootUrl, HttpRequestInitializer credential) {
      super(TRANSPORT, JSON, rootUrl, "", credential, false);
    }

    @Override
    public Provisioning build() {
      return new Provisioning(this);
    }
  }

  /** A key file's account; its tokens come from the key file's token_uri. */
  static GoogleCredential account(String keyFile, String scope) throws IOException {
    try (FileInputStream file = new FileInputStream(keyFile)) {
      return GoogleCredential.fromStream(file, TRANSPORT, JSON).createScoped(List.of(scope));
    }
  }

  /** One request, as generated code makes it. */
  static final class Call extends AbstractGoogleJsonClientRequest<GenericJson> {
    Call(Provisioning client, String verb, String path, Object body) {
      super(client, verb, path, body, GenericJson.class);
    }

    @Override
    public Call set(String name, Object value) {
      return (Call) super.set(name, value);
    }
  }

  Call get(String path) {
    return new Call(this, "GET", path, null);
  }

  Call delete(String path) {
    return new Call(this, "DELETE", path, null);
  }

  Call post(String path, GenericJson body) {
    return new Call(this, "POST", path, body);
  }

  Call patch(String path, GenericJson body) {
    return new Call(this, "PATCH", path, body);
  }

  /** An object of names and values in turn. */
  static GenericJson json(Object... namesAndValues) {
    GenericJson made = new GenericJson();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      made.set((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return made;
  }
}
