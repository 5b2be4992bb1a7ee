// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of a sandbox's controls.

#include <string>

#include "conformance/whole_api_base.h"
#include "sandbox/box.h"
#include "support/golden_file.h"
#include "wire/fault_answers.h"
#include "wire/grpc/status.h"
#include "wire/rest/error_json.h"
#include "wire/sandbox_methods.h"

namespace zerotouch::wire {
namespace {

class SandboxErrors : public WholeApi {
 protected:
  static MethodTable TableWith(service::Services& services, sandbox::Box& box) {
    MethodTable table = ApiMethods(services);
    AddSandboxMethods(box, table);
    return table;
  }

  // Calls a control and adds its error to `text_`.
  void Expect(const std::string& method, const std::string& target, const std::string& body = "") {
    http::Request request = Request(method, target + "?prettyPrint=false", body);
    request.headers.Add("Content-Type", "application/json");
    text_ += "# " + method + " " + target + " " + body + "\n" +
             HttpText("HTTP", box_.Handle(std::move(request)));
  }

  sandbox::Box controls_{0, clock_};
  const MethodTable box_table_ = TableWith(all_, controls_);
  Api box_{box_table_, authenticator_, tokens_, *store_, clock_, controls_.seam};
  std::string text_;
};

TEST_F(SandboxErrors, Clock) {
  Expect("POST", "/sandbox/v1/clock:advance");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"-1s"})");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"soon"})");
  Expect("POST", "/sandbox/v1/clock:advance", R"({"duration":"9999999999s"})");
  http::Request script = Request("GET", "/sandbox/v1/clock?prettyPrint=false&callback=f");
  text_ += "# a script\n" + HttpText("HTTP", box_.Handle(std::move(script)));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_sandbox_clock.txt", text_);
}

TEST_F(SandboxErrors, Faults) {
  Expect("POST", "/sandbox/v1/faults", "{}");
  Expect("POST", "/sandbox/v1/faults",
         R"({"method":"x","partnerId":"-1","customerId":"-1","device":{},"skip":-1,"times":-1,)"
         R"("probability":2,"delay":"301s","truncate":-1})");
  Expect("POST", "/sandbox/v1/faults",
         R"({"error":{"status":"x","reason":"x","retryAfter":"-1s"}})");
  Expect("POST", "/sandbox/v1/faults", R"({"disconnect":7})");
  Expect("POST", "/sandbox/v1/faults", R"({"raw":{"httpStatus":1,"contentType":"\n"}})");
  Expect("POST", "/sandbox/v1/faults", R"({"item":{"errorIdentifier":"x"}})");
  Expect("DELETE", "/sandbox/v1/faults/1");
  while (controls_.faults.List().size() < limits::kFaultRules) {
    sandbox::proto::Fault fault;
    fault.set_truncate(1);
    ASSERT_TRUE(controls_.faults.Add(fault).ok());
  }
  Expect("POST", "/sandbox/v1/faults", R"({"truncate":1})");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_sandbox_faults.txt", text_);
}

TEST_F(SandboxErrors, CallsAndOperations) {
  http::Request calls = Request("GET", "/sandbox/v1/calls?prettyPrint=false&filter=x");
  text_ += "# a filter\n" + HttpText("HTTP", box_.Handle(std::move(calls)));
  calls = Request("GET", "/sandbox/v1/calls?prettyPrint=false&pageSize=1001");
  text_ += "# a page size\n" + HttpText("HTTP", box_.Handle(std::move(calls)));
  Expect("POST", "/sandbox/v1/operations:step", R"({"items":0})");
  Expect("POST", "/sandbox/v1/operations:step", R"({"items":1})");
  Expect("POST", "/sandbox/v1/operations:setSpeed", R"({"itemsPerSecond":-1})");
  text_ += "# another step\n" +
           HttpText("HTTP", ErrorResponse(sandbox::AnotherStep(), false, ErrorFormat::kV2)) +
           "# a page of a proxy, over gRPC\n" + GrpcText(grpc::StatusFields(StatusOfRaw([] {
             sandbox::proto::FaultRaw raw;
             raw.set_http_status(502);
             return raw;
           }())));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_sandbox_calls.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
