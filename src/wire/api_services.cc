// SPDX-License-Identifier: Apache-2.0
#include "wire/api_services.h"

#include "google/android/device/provisioning/v1/service.pb.h"
#include "google/longrunning/operations.pb.h"

namespace zerotouch::wire {
namespace {

// Makes the linker keep service.pb.cc, because no other file uses its symbols.
const void* volatile kServiceFile =
    &descriptor_table_google_2fandroid_2fdevice_2fprovisioning_2fv1_2fservice_2eproto;

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> ApiServices() {
  static_cast<void>(kServiceFile);
  const google::protobuf::DescriptorPool& pool =
      *google::protobuf::DescriptorPool::generated_pool();
  return {
      pool.FindServiceByName("google.android.device.provisioning.v1.PartnerService"),
      pool.FindServiceByName("google.android.device.provisioning.v1.CustomerService"),
      google::longrunning::Operation::descriptor()->file()->FindServiceByName("Operations"),
  };
}

}  // namespace zerotouch::wire
