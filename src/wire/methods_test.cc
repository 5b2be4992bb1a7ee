// SPDX-License-Identifier: Apache-2.0
#include "wire/methods.h"

#include <gtest/gtest.h>

#include "errors/errors.h"
#include "google/protobuf/empty.pb.h"
#include "model/api.h"
#include "wire/api_services.h"

namespace zerotouch::wire {
namespace {

constexpr char kUnclaimName[] =
    "google.android.device.provisioning.v1.PartnerService.UnclaimDevice";

// Returns the method with this full name. Searches the services, so that their
// descriptors are linked in.
const google::protobuf::MethodDescriptor& Find(const std::string& full_name) {
  for (const auto* service : ApiServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->full_name() == full_name) return *service->method(i);
    }
  }
  ADD_FAILURE() << full_name;
  std::abort();
}

struct FakeService {
  absl::StatusOr<google::protobuf::Empty> Unclaim(const auth::Authorized<auth::ActsForPartner>&,
                                                  const api::UnclaimDeviceRequest&) {
    ++calls;
    return google::protobuf::Empty();
  }
  int calls = 0;
};

TEST(MethodTable, CallerWithoutTheRight_NeverEntersTheFunction) {
  FakeService service;
  MethodTable table;
  table.Register(MethodKind::kShortWrite, service, &FakeService::Unclaim);
  const auth::Principal nobody{};
  api::UnclaimDeviceRequest request;
  request.set_partner_id(7);
  const auto answer = table.Call(Find(kUnclaimName), nobody, request);
  EXPECT_EQ(answer.status(),
            errors::InsufficientScope("https://www.googleapis.com/auth/androidworkprovisioning",
                                      kUnclaimName));
  EXPECT_EQ(service.calls, 0);
}

TEST(MethodTable, MethodWithoutFunction_IsUnimplemented) {
  const MethodTable table;
  EXPECT_EQ(table.Call(Find(kUnclaimName), auth::Principal{}, api::UnclaimDeviceRequest()).status(),
            errors::Unimplemented(kUnclaimName));
}

TEST(MethodTable, MessageOfAnotherType_IsRefused) {
  FakeService service;
  MethodTable table;
  table.Register(MethodKind::kShortWrite, service, &FakeService::Unclaim);
  const auto answer = table.Call(Find(kUnclaimName), auth::Principal{}, api::ClaimDeviceRequest());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(service.calls, 0);
}

}  // namespace
}  // namespace zerotouch::wire
