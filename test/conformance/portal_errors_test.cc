// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of users, service accounts and the portal.

#include <string>
#include <vector>

#include "auth/portal_sessions.h"
#include "base/limits.h"
#include "conformance/whole_api_base.h"
#include "support/golden_file.h"
#include "wire/portal/portal.h"

namespace zerotouch::wire {
namespace {

constexpr char kUsers[] = "/openzerotouch/v1/partners/7/users";
constexpr char kAccounts[] = "/openzerotouch/v1/partners/7/serviceAccounts";
constexpr char kSession[] = "/portal/session";

class PortalErrors : public WholeApi {
 protected:
  PortalErrors() {
    authenticator_.SetSessions(sessions_);
    whole_.SetPortal(portal_);
    const std::string secret =
        sessions_.Begin({.email = kEmail, .name = {}, .groups = {}, .is_account = true}).value();
    owner_ = "Bearer " + sessions_.MintToken(**sessions_.Find(secret)).value();
  }

  void Write(const std::function<absl::Status(store::Transaction&)>& mutation) {
    EXPECT_EQ(store_->Write(mutation), absl::OkStatus());
  }

  static store::User User(int64_t id, UserRole role) {
    store::User user;
    user.id = UserId(id);
    user.partner = PartnerId(7);
    user.email = fmt::format("user-{}@example.com", id);
    user.role = role;
    return user;
  }

  // Makes a call as an owner and adds its error to `text_`.
  void ExpectError(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    http::Request request = Request(method, target, body);
    request.headers.Add("authorization", owner_);
    request.headers.Add("Content-Type", "application/json");
    text_ += "# " + method + " " + target + " " + body + "\n" + AnswersTo(request);
  }

  auth::PortalSessions sessions_{*store_, accounts_, clock_, /*sandbox=*/true};
  Portal portal_{*store_, sessions_, whole_.guard(), {}, /*has_controls=*/false};
  std::string owner_;
  std::string text_;
};

TEST_F(PortalErrors, AreAsTheGoldenFileSays) {
  Write([&](store::Transaction& tx) { return tx.AddUser(User(1, UserRole::kOwner)); });
  ExpectError("POST", kUsers, R"({"role":"VIEWER"})");
  ExpectError("POST", kUsers, R"({"email":"a@example.com"})");
  ExpectError("POST", kUsers, R"({"email":"User-1@example.com","role":"VIEWER"})");
  ExpectError("DELETE", std::string(kUsers) + "/1");
  ExpectError("DELETE", std::string(kUsers) + "/2");
  ExpectError("DELETE", "/openzerotouch/v1/partners/8/users/1");
  ExpectError("DELETE", std::string(kAccounts) + "/nobody@example.com");
  Write([&](store::Transaction& tx) {
    store::ServiceAccount account;
    account.email = "both@example.com";
    account.partner = PartnerId(7);
    account.customers = {CustomerId(11)};
    return tx.AddAccount(account);
  });
  ExpectError("DELETE", std::string(kAccounts) + "/both@example.com");
  ExpectError("POST", kSession, "{}");
  ExpectError("POST", kSession, R"({"account":"nobody@example.com"})");
  ExpectError("POST", "/portal/token", "{}");
  auth::PortalSessions served(*store_, accounts_, clock_, /*sandbox=*/false);
  Portal portal(*store_, served, whole_.guard(), {}, /*has_controls=*/false);
  whole_.SetPortal(portal);
  ExpectError("POST", kSession, "{}");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_portal.txt", text_);
}

TEST_F(PortalErrors, OfLimits_AreAsTheGoldenFileSays) {
  Write([&](store::Transaction& tx) -> absl::Status {
    for (int i = 1; i <= limits::kUsersPerCompany; ++i) {
      const absl::Status added = tx.AddUser(User(i, UserRole::kViewer));
      if (!added.ok()) return added;
    }
    for (int i = 1; i < limits::kAccountsPerPartner; ++i) {
      store::ServiceAccount account;
      account.email = fmt::format("robot-{}@example.com", i);
      account.partner = PartnerId(7);
      const absl::Status added = tx.AddAccount(account);
      if (!added.ok()) return added;
    }
    for (int i = 1; i < limits::kSessions; ++i) {
      const absl::Status added = tx.AddSession({.id = fmt::format("session-{}", i),
                                                .email = fmt::format("{}@example.com", i),
                                                .name = {},
                                                .groups = {},
                                                .created = clock_.Now(),
                                                .used = clock_.Now(),
                                                .expires = clock_.Now() + absl::Hours(1)});
      if (!added.ok()) return added;
    }
    return absl::OkStatus();
  });
  ExpectError("POST", kUsers, R"({"email":"a@example.com","role":"VIEWER"})");
  ExpectError("POST", kAccounts, "{}");
  ExpectError("POST", kSession, std::string(R"({"account":")") + kEmail + "\"}");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_portal_limits.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
