// SPDX-License-Identifier: Apache-2.0
import com.google.api.client.googleapis.batch.BatchRequest;
import com.google.api.client.googleapis.batch.json.JsonBatchCallback;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.json.GenericJson;
import java.util.ArrayList;
import java.util.List;

/** Calls that travel together in one POST /batch. */
final class Batches {
  private final Check check;
  private final Provisioning partner;
  private final String reseller;

  Batches(Check check, Provisioning partner, String reseller) {
    this.check = check;
    this.partner = partner;
    this.reseller = reseller;
  }

  void run() {
    check.that("a batch of calls, answered in order", () -> {
      List<String> came = new ArrayList<>();
      BatchRequest batch = partner.batch();
      for (int i = 0; i < 20; i++) {
        // Every second call is for an unknown device.
        String name = i % 2 == 0 ? "v1/" + reseller + "/customers" : "v1/" + reseller + "/devices/1";
        int number = i;
        partner.get(name).queue(batch, new JsonBatchCallback<GenericJson>() {
          @Override
          public void onSuccess(GenericJson answer, HttpHeaders headers) {
            came.add(number + " " + (Check.count(answer, "customers") > 0));
          }

          @Override
          public void onFailure(GoogleJsonError error, HttpHeaders headers) {
            came.add(number + " " + error.getCode());
          }
        });
      }
      batch.execute();
      Check.equal(20, came.size());
      for (int i = 0; i < 20; i++) {
        Check.equal(i + (i % 2 == 0 ? " true" : " 404"), came.get(i));
      }
    });
  }
}
