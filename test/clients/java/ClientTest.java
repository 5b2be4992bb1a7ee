// SPDX-License-Identifier: Apache-2.0
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.json.GenericJson;
import java.io.FileReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Google's Java client library against a sandbox: every method, answered and refused. It is not
 * patched; the root URL and the key file alone differ. Its bodies come chunked and gzip'ed, its
 * PATCH as a POST with X-HTTP-Method-Override.
 *
 * <p>Reads the ready lines of two sandboxes, one of which works slowly, from the files that
 * ZEROTOUCH_SANDBOX and ZEROTOUCH_SLOW_SANDBOX name.
 */
final class ClientTest {
  private static final String ZERO_TOUCH = "SECTION_TYPE_ZERO_TOUCH";
  private static final String SUCCESS = "SINGLE_DEVICE_STATUS_SUCCESS";
  private static final int BATCH_SIZE = 5000;

  // limits::kUnfinishedOperationsPerPartner
  private static final int MOST_UNFINISHED = 100;
  // Number of items that a slow sandbox does not finish while the test runs.
  private static final int LONG = 100;

  private final Check check;
  private final GenericJson sandbox;
  private final String partnerId;
  private final String customerId;
  private final Provisioning partner;
  private final Provisioning customer;
  private final String reseller; // partners/ID
  private final String company; // customers/ID
  private final String stranger; // another customer

  private ClientTest(Check check, GenericJson sandbox) throws Exception {
    this.check = check;
    this.sandbox = sandbox;
    String endpoint = (String) sandbox.get("endpoint");
    partnerId = (String) Check.at(sandbox, "resellers", 0, "partnerId");
    customerId = (String) Check.at(sandbox, "resellers", 0, "customerIds", 0);
    reseller = "partners/" + partnerId;
    company = "customers/" + customerId;
    stranger = "customers/" + Check.at(sandbox, "resellers", 0, "customerIds", 1);
    partner = Provisioning.at(endpoint, Provisioning.account(
        (String) Check.at(sandbox, "resellers", 0, "credentials"), Provisioning.PARTNER));
    customer = Provisioning.at(endpoint,
        Provisioning.account(customerCredentials(), Provisioning.CUSTOMER));
  }

  private String customerCredentials() {
    for (int i = 0; i < Check.count(sandbox, "customers"); i++) {
      if (customerId.equals(Check.at(sandbox, "customers", i, "customerId"))) {
        return (String) Check.at(sandbox, "customers", i, "credentials");
      }
    }
    throw new AssertionError("the sandbox has no key for its customer");
  }

  public static void main(String[] arguments) throws Exception {
    GenericJson sandbox = readSandbox("ZEROTOUCH_SANDBOX");
    ClientTest test = new ClientTest(new Check(), sandbox);
    test.partnersCompanies();
    test.partnersDevices();
    test.batches();
    test.customersSide();
    new Credentials(test.check, sandbox).run();
    new Batches(test.check, test.partner, reseller(sandbox)).run();
    new ClientTest(test.check, readSandbox("ZEROTOUCH_SLOW_SANDBOX")).tooManyOperations();
    System.exit(test.check.failures() == 0 ? 0 : 1);
  }

  private static GenericJson readSandbox(String variable) throws IOException {
    try (FileReader file = new FileReader(System.getenv(variable))) {
      return Provisioning.JSON.createJsonParser(file).parse(GenericJson.class);
    }
  }

  private static String reseller(GenericJson sandbox) {
    return "partners/" + Check.at(sandbox, "resellers", 0, "partnerId");
  }

  private static GenericJson json(Object... namesAndValues) {
    return Provisioning.json(namesAndValues);
  }

  /** A valid IMEI of a number below 1,000,000,000. */
  static String imei(int number) {
    String digits = String.format("35%012d", number);
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      sum += i % 2 == 1 ? digit * 2 / 10 + digit * 2 % 10 : digit;
    }
    return digits + (10 - sum % 10) % 10;
  }

  private static GenericJson device(int number) {
    return json("imei", imei(number));
  }

  private Provisioning.Call onDevices(String verb, GenericJson body) {
    return partner.post("v1/partners/{partnerId}/devices:" + verb, body)
        .set("partnerId", partnerId);
  }

  private GenericJson claim(GenericJson device) {
    return json("deviceIdentifier", device, "sectionType", ZERO_TOUCH, "customerId", customerId);
  }

  private void partnersCompanies() {
    check.answers("partners.customers.create", partner.post("v1/{+parent}/customers", json(
        "customer", json("companyName", "Müller & <Söhne>",
            "ownerEmails", List.of("owner@example.com")))).set("parent", reseller),
        answer -> Check.equal("Müller & <Söhne>", answer.get("companyName")));
    check.refuses("partners.customers.create", 400, "INVALID_PARAMETER",
        partner.post("v1/{+parent}/customers", json("customer", json("companyName", "No Owner")))
            .set("parent", reseller));
    String list = "v1/partners/{partnerId}/customers";
    check.answers("partners.customers.list", partner.get(list).set("partnerId", partnerId)
        .set("pageSize", 1), answer -> Check.equal(1, Check.count(answer, "customers")));
    // Longer than the limit for URLs: sent as a POST with X-HTTP-Method-Override: GET.
    check.refuses("partners.customers.list", 400, "INVALID_PAGE_TOKEN",
        partner.get(list).set("partnerId", partnerId).set("pageToken", "x".repeat(3000)));
    check.answers("partners.vendors.list", partner.get("v1/{+parent}/vendors")
        .set("parent", reseller), answer -> Check.expect(Check.count(answer, "vendors") > 0, "none"));
    check.refuses("partners.vendors.list", 403, "PERMISSION_DENIED",
        partner.get("v1/{+parent}/vendors").set("parent", "partners/1"));
    String vendor = reseller + "/vendors/" + Check.at(sandbox, "resellers", 0, "vendorIds", 0);
    check.answers("partners.vendors.customers.list", partner.get("v1/{+parent}/customers")
        .set("parent", vendor), answer -> {});
    check.refuses("partners.vendors.customers.list", 404, "NOT_FOUND",
        partner.get("v1/{+parent}/customers").set("parent", reseller + "/vendors/1"));
  }

  private void partnersDevices() throws Exception {
    String[] claimed = new String[2];
    check.answers("partners.devices.claim", onDevices("claim", claim(device(1))), answer -> {
      claimed[0] = (String) answer.get("deviceName");
      claimed[1] = (String) answer.get("deviceId");
      Check.equal(reseller + "/devices/" + claimed[1], claimed[0]);
    });
    check.refuses("partners.devices.claim", 400, "INVALID_IMEI",
        onDevices("claim", claim(json("imei", "490154203237519"))));
    check.answers("partners.devices.get", partner.get("v1/{+name}").set("name", claimed[0]),
        answer -> Check.equal(imei(1), Check.at(answer, "deviceIdentifier", "imei")));
    check.refuses("partners.devices.get", 404, "INVALID_DEVICE_ID",
        partner.get("v1/{+name}").set("name", reseller + "/devices/1"));
    check.answers("partners.devices.findByIdentifier", onDevices("findByIdentifier",
        json("deviceIdentifier", device(1), "limit", "1")),
        answer -> Check.equal(claimed[0], Check.at(answer, "devices", 0, "name")));
    check.refuses("partners.devices.findByIdentifier", 400, "INVALID_PARAMETER",
        onDevices("findByIdentifier", json("deviceIdentifier", device(1))));
    // One id instead of a list, as Google's own sample sends it.
    check.answers("partners.devices.findByOwner", onDevices("findByOwner",
        json("customerId", customerId, "limit", 100, "sectionType", ZERO_TOUCH)),
        answer -> Check.equal(claimed[0], Check.at(answer, "devices", 0, "name")));
    check.refuses("partners.devices.findByOwner", 400, "INVALID_SECTION_TYPE",
        onDevices("findByOwner", json("customerId", List.of(customerId), "limit", 100)));
    check.answers("partners.devices.getSimLockState",
        onDevices("getSimLockState", json("deviceIdentifier", device(1))),
        answer -> Check.equal("UNLOCKED", answer.get("simLockState")));
    check.refuses("partners.devices.getSimLockState", 400, "INVALID_IMEI",
        onDevices("getSimLockState", json("deviceIdentifier", json("imei", "1"))));
    check.answers("partners.devices.metadata", metadata(claimed[1], "ordernumber"),
        answer -> Check.equal("A-1", Check.at(answer, "entries", "ordernumber")));
    check.refuses("partners.devices.metadata", 400, "INVALID_PARAMETER",
        metadata(claimed[1], "colour"));
    GenericJson unclaim = json("deviceIdentifier", device(1), "sectionType", ZERO_TOUCH);
    check.answers("partners.devices.unclaim", onDevices("unclaim", unclaim),
        answer -> Check.expect(answer.isEmpty(), answer.toString()));
    check.refuses("partners.devices.unclaim", 400, "INVALID_OPERATION",
        onDevices("unclaim", unclaim));
  }

  private Provisioning.Call metadata(String deviceId, String key) {
    return partner.post("v1/partners/{metadataOwnerId}/devices/{deviceId}/metadata",
        json("deviceMetadata", json("entries", json(key, "A-1"))))
        .set("metadataOwnerId", partnerId).set("deviceId", deviceId);
  }

  /** Fills the partner's queue on a slow sandbox. This client repeats nothing by itself. */
  private void tooManyOperations() {
    GenericJson unclaim = json("deviceIdentifier", device(1), "sectionType", ZERO_TOUCH);
    GenericJson batch = json("unclaims", Collections.nCopies(LONG, unclaim));
    for (int i = 0; i < MOST_UNFINISHED; i++) {
      check.answers("partners.devices.unclaimAsync", onDevices("unclaimAsync", batch),
          answer -> Check.expect(answer.get("done") == null, "it is done"));
    }
    check.that("too many operations", () -> {
      try {
        onDevices("unclaimAsync", batch).execute();
      } catch (GoogleJsonResponseException e) {
        Check.equal(429, e.getStatusCode());
        Check.equal("RESOURCE_EXHAUSTED", e.getDetails().get("status"));
        Check.expect(Integer.parseInt(e.getHeaders().getRetryAfter()) > 0, "no Retry-After");
        return;
      }
      throw new AssertionError("it was answered");
    });
  }

  private interface Status {
    String of(int item);
  }

  /** Polls an operation to its end; its results, in order, are to be those of `wanted`. */
  private void finish(GenericJson operation, int count, Status wanted) throws Exception {
    while (!Boolean.TRUE.equals(operation.get("done"))) {
      Thread.sleep(50);
      operation = partner.get("v1/{+name}").set("name", operation.get("name")).execute();
    }
    Object[] results = ((List<?>) Check.at(operation, "response", "perDeviceStatus")).toArray();
    Check.equal(count, results.length);
    for (int item = 0; item < count; item++) {
      Check.equal(wanted.of(item), Check.at(results[item], "result", "status"));
    }
  }

  private void batches() {
    List<GenericJson> claims = new ArrayList<>();
    List<GenericJson> unclaims = new ArrayList<>();
    List<GenericJson> updates = new ArrayList<>();
    for (int item = 0; item < BATCH_SIZE; item++) {
      GenericJson device = device(1000 + item);
      unclaims.add(json("deviceIdentifier", device, "sectionType", ZERO_TOUCH));
      if (item % 10 == 9) {
        continue; // Not claimed.
      }
      claims.add(claim(device));
      updates.add(json("deviceIdentifier", device,
          "deviceMetadata", json("entries", json("ordernumber", "7"))));
    }
    check.answers("partners.devices.claimAsync", onDevices("claimAsync", json("claims", claims)),
        answer -> finish(answer, claims.size(), item -> SUCCESS));
    check.refuses("partners.devices.claimAsync", 400, "INVALID_PARAMETER",
        onDevices("claimAsync", json()));
    check.answers("partners.devices.updateMetadataAsync",
        onDevices("updateMetadataAsync", json("updates", updates)),
        answer -> finish(answer, updates.size(), item -> SUCCESS));
    check.refuses("partners.devices.updateMetadataAsync", 400, "INVALID_PARAMETER",
        onDevices("updateMetadataAsync", json()));
    String[] name = new String[1];
    check.answers("partners.devices.unclaimAsync",
        onDevices("unclaimAsync", json("unclaims", unclaims)), answer -> {
          name[0] = (String) answer.get("name");
          finish(answer, BATCH_SIZE, item -> item % 10 != 9 ? SUCCESS
              : "SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER");
        });
    check.refuses("partners.devices.unclaimAsync", 400, "INVALID_PARAMETER",
        onDevices("unclaimAsync", json()));
    check.answers("operations.get", partner.get("v1/{+name}").set("name", name[0]),
        answer -> Check.equal("BATCH_PROCESS_PROCESSED",
            Check.at(answer, "metadata", "processingStatus")));
    check.refuses("operations.get", 404, "INVALID_OPERATION_ID",
        partner.get("v1/{+name}").set("name", "operations/apibatchoperation/1"));
  }

  private void customersSide() throws Exception {
    check.answers("customers.list", customer.get("v1/customers").set("pageSize", 1),
        answer -> Check.equal(company, Check.at(answer, "customers", 0, "name")));
    check.refuses("customers.list", 400, "INVALID_PAGE_TOKEN",
        customer.get("v1/customers").set("pageSize", 1).set("pageToken", "forged"));
    String[] dpc = new String[1];
    check.answers("customers.dpcs.list", customer.get("v1/{+parent}/dpcs").set("parent", company),
        answer -> dpc[0] = (String) Check.at(answer, "dpcs", 0, "name"));
    check.refuses("customers.dpcs.list", 403, "PERMISSION_DENIED",
        customer.get("v1/{+parent}/dpcs").set("parent", stranger));
    String configuration = configurations(dpc[0]);
    customersDevices(configuration);
    check.answers("customers.configurations.delete",
        customer.delete("v1/{+name}").set("name", configuration),
        answer -> Check.expect(answer.isEmpty(), answer.toString()));
    check.refuses("customers.configurations.delete", 404, "NOT_FOUND",
        customer.delete("v1/{+name}").set("name", configuration));
  }

  private String configurations(String dpc) {
    String[] name = new String[1];
    check.answers("customers.configurations.create",
        customer.post("v1/{+parent}/configurations", json("configurationName", "Java",
            "companyName", "Example", "contactEmail", "it@example.com",
            "contactPhone", "+1 555 0100", "dpcResourcePath", dpc)).set("parent", company),
        answer -> name[0] = (String) answer.get("name"));
    check.refuses("customers.configurations.create", 400, "INVALID_PARAMETER",
        customer.post("v1/{+parent}/configurations", json("configurationName", "x"))
            .set("parent", company));
    check.answers("customers.configurations.get", customer.get("v1/{+name}").set("name", name[0]),
        answer -> Check.equal("Java", answer.get("configurationName")));
    check.refuses("customers.configurations.get", 404, "NOT_FOUND",
        customer.get("v1/{+name}").set("name", company + "/configurations/1"));
    check.answers("customers.configurations.list",
        customer.get("v1/{+parent}/configurations").set("parent", company),
        answer -> Check.equal(1, Check.count(answer, "configurations")));
    check.refuses("customers.configurations.list", 403, "PERMISSION_DENIED",
        customer.get("v1/{+parent}/configurations").set("parent", stranger));
    check.answers("customers.configurations.patch",
        customer.patch("v1/{+name}", json("customMessage", "Hello", "companyName", "not masked"))
            .set("name", name[0]).set("updateMask", "customMessage"), answer -> {
          Check.equal("Hello", answer.get("customMessage"));
          Check.equal("Example", answer.get("companyName"));
        });
    check.refuses("customers.configurations.patch", 400, "INVALID_ARGUMENT",
        customer.patch("v1/{+name}", json()).set("name", name[0]).set("updateMask", "colour"));
    return name[0];
  }

  private void customersDevices(String configuration) throws Exception {
    onDevices("claim", claim(device(2))).execute();
    String[] device = new String[2];
    check.answers("customers.devices.list",
        customer.get("v1/{+parent}/devices").set("parent", company).set("pageSize", 10), answer -> {
          Check.equal(1, Check.count(answer, "devices"));
          device[0] = (String) Check.at(answer, "devices", 0, "name");
          device[1] = (String) Check.at(answer, "devices", 0, "deviceId");
        });
    check.refuses("customers.devices.list", 400, "INVALID_PAGE_TOKEN",
        customer.get("v1/{+parent}/devices").set("parent", company).set("pageToken", "forged"));
    GenericJson known = json("deviceId", device[1]);
    GenericJson unknown = json("deviceId", "1");
    onCustomersDevices("applyConfiguration", known, unknown, configuration);
    check.answers("customers.devices.get", customer.get("v1/{+name}").set("name", device[0]),
        answer -> Check.equal(configuration, answer.get("configuration")));
    check.refuses("customers.devices.get", 404, "INVALID_DEVICE_ID",
        customer.get("v1/{+name}").set("name", company + "/devices/1"));
    onCustomersDevices("removeConfiguration", known, unknown, null);
    onCustomersDevices("unclaim", known, unknown, null);
  }

  private void onCustomersDevices(String verb, GenericJson known, GenericJson unknown,
      String configuration) {
    String path = "v1/{+parent}/devices:" + verb;
    check.answers("customers.devices." + verb, customer.post(path,
        json("device", known, "configuration", configuration)).set("parent", company),
        answer -> Check.expect(answer.isEmpty(), answer.toString()));
    check.refuses("customers.devices." + verb, 404, "INVALID_DEVICE_ID", customer.post(path,
        json("device", unknown, "configuration", configuration)).set("parent", company));
  }
}
