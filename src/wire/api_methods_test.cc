// SPDX-License-Identifier: Apache-2.0
#include "wire/api_methods.h"

#include <gtest/gtest.h>

#include <memory>

#include "auth/audience.h"
#include "batch/engine.h"
#include "service/services.h"
#include "store/store.h"
#include "support/temp_dir.h"
#include "wire/api_services.h"

namespace zerotouch::wire {
namespace {

// PERMISSION_DENIED shows both that a function serves the method and that the
// function checks the caller's rights first.
TEST(ApiMethods, EveryMethod_IsServedAndChecksRights) {
  const test::TempDir dir;
  const auto store = store::Open("sqlite://" + dir / "registry.db", Clock::System()).value();
  const RegistryRules rules;
  batch::Engine engine(*store, rules, Clock::System(), {});
  const auth::Audience audience;
  service::Services services(*store, engine, rules, audience, Clock::System());
  const MethodTable table = ApiMethods(services);
  int methods = 0;
  for (const auto* service : ApiServices()) {
    for (int i = 0; i < service->method_count(); ++i, ++methods) {
      const google::protobuf::MethodDescriptor& method = *service->method(i);
      const std::unique_ptr<google::protobuf::Message> request(
          google::protobuf::MessageFactory::generated_factory()
              ->GetPrototype(method.input_type())
              ->New());
      for (const auth::Scopes scopes : {auth::Scopes{}, auth::Scopes{true, true}}) {
        const auth::Principal nobody{.email = "nobody@example.com", .scopes = scopes};
        const absl::Status status = table.Call(method, nobody, *request).status();
        if (scopes.customer && method.name() == "ListCustomers" &&
            service->name() == "CustomerService") {
          EXPECT_TRUE(status.ok()) << "any caller with the scope may list its own customers";
        } else {
          EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << method.full_name();
        }
      }
    }
  }
  EXPECT_EQ(methods, 31);
}

}  // namespace
}  // namespace zerotouch::wire
