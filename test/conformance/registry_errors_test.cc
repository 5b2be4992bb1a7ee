// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of a sandbox's controls of the registry.

#include <string>

#include "base/limits.h"
#include "conformance/whole_api_base.h"
#include "sandbox/registry_controls.h"
#include "sandbox/seed.h"
#include "support/golden_file.h"
#include "wire/registry_methods.h"

namespace zerotouch::wire {
namespace {

class RegistryErrors : public WholeApi {
 protected:
  static MethodTable TableWith(service::Services& services, sandbox::RegistryControls& controls) {
    MethodTable table = ApiMethods(services);
    AddRegistryMethods(controls, table);
    return table;
  }

  // Calls a control and adds its error to `text_`.
  void Expect(const std::string& method, const std::string& path, const std::string& body = "") {
    http::Request request = Request(method, "/sandbox/v1/" + path + "?prettyPrint=false", body);
    request.headers.Add("Content-Type", "application/json");
    text_ += "# " + method + " " + path + " " + body + "\n" +
             HttpText("HTTP", box_.Handle(std::move(request)));
  }

  const RegistryRules rules_{};
  sandbox::SandboxClock sandbox_clock_{clock_};
  sandbox::RegistryControls controls_{
      sandbox_clock_,
      *store_,
      "sqlite:unused.db",
      rules_,
      [] { return std::string("http://localhost/token"); },
      {.registry_replaced = [] { return absl::OkStatus(); },
       .reset = [](const std::string&) { return absl::OkStatus(); }}};
  const MethodTable box_table_ = TableWith(all_, controls_);
  Api box_{box_table_, authenticator_, tokens_, *store_, clock_};
  std::string text_;
};

TEST_F(RegistryErrors, AllOfThem) {
  Expect("POST", "snapshots", "{}");
  Expect("POST", "snapshots/none:restore", "{}");
  Expect("DELETE", "snapshots/none");
  Expect("POST", "resellers", "{}");
  Expect("POST", "customers", R"({"companyName":"C","partnerId":"1"})");
  Expect("POST", "customers/1:setTerms", "{}");
  Expect("POST", "accounts", "{}");
  Expect("POST", "accounts", R"({"partnerId":"1"})");
  Expect("POST", "accounts", R"({"customerIds":["1"]})");
  Expect("POST", "accounts/nobody@example.com:disable", "{}");
  Expect("POST", "accounts/nobody@example.com:addKey", "{}");
  Expect("POST", "devices:boot", "{}");
  ASSERT_EQ(store_->Write([&](store::Transaction& tx) {
    store::ServiceAccount account = sandbox::NewSandboxAccount("full@example.com");
    account.partner = PartnerId(7);
    for (size_t i = 0; i < limits::kKeysOfAccount; ++i) {
      account.keys.push_back({.key_id = std::to_string(i), .public_pem = "p", .created = {}});
    }
    return tx.AddAccount(account);
  }),
            absl::OkStatus());
  Expect("POST", "accounts/full@example.com:addKey", "{}");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_sandbox_registry.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
