// SPDX-License-Identifier: Apache-2.0
#include "wire/api_methods.h"

#include <gtest/gtest.h>

#include <memory>

#include "batch/engine.h"
#include "service/services.h"
#include "store/store.h"
#include "support/temp_dir.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {
namespace {

// Calls each method without any rights: each must have a function and a check.
TEST(ApiMethods, EveryMethodIsProvided_AndAsksForARight) {
  const test::TempDir dir;
  const auto store = store::Open("sqlite://" + dir / "registry.db", Clock::System()).value();
  const RegistryRules rules;
  batch::Engine engine(*store, rules, Clock::System(), {});
  service::Services services(*store, engine, rules, Clock::System(), 1);
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
          EXPECT_TRUE(status.ok()) << "every account with the scope may list its customers";
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
