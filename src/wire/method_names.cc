// SPDX-License-Identifier: Apache-2.0
#include "wire/method_names.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "wire/api_services.h"
#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {
namespace {

using Names = absl::flat_hash_map<std::string, std::string>;

// Google's discovery document has one method of google.longrunning.Operations. The others are
// named like it: CancelOperation is operations.cancel.
void AddOperations(const google::protobuf::ServiceDescriptor& service, Names& names) {
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string_view name = service.method(i)->name();
    const std::string verb(name.substr(0, name.find("Operation")));
    names[service.method(i)->full_name()] =
        absl::StrCat("operations.", absl::AsciiStrToLower(verb));
  }
}

Names MakeNames() {
  Names names;
  // The descriptors are part of the program: a test builds the same table.
  const RouteTable routes = RouteTable::Build(ApiServices()).value();
  for (const google::protobuf::ServiceDescriptor* service : ApiServices()) {
    if (service->full_name() == "google.longrunning.Operations") AddOperations(*service, names);
  }
  for (const ApiMethod& method : DescribeMethods(routes)) {
    std::string name;
    for (const std::string& resource : method.resources) absl::StrAppend(&name, resource, ".");
    names[method.method->full_name()] = absl::StrCat(name, method.name);
  }
  return names;
}

// Adds the services of our own packages, but for the controls of a sandbox.
void AddOwnServices(std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  google::protobuf::FileDescriptorSet files;
  files.ParseFromArray(kApiDescriptors.data(), static_cast<int>(kApiDescriptors.size()));
  for (const google::protobuf::FileDescriptorProto& file : files.file()) {
    if (!file.package().starts_with("openzerotouch.")) continue;
    if (file.package() == "openzerotouch.sandbox.v1") continue;
    const auto* const linked =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(file.name());
    for (int i = 0; linked != nullptr && i < linked->service_count(); ++i) {
      services.push_back(linked->service(i));
    }
  }
}

}  // namespace

std::string_view NameOfMethod(std::string_view full_name) {
  static const Names* const names = new Names(MakeNames());
  const auto found = names->find(absl::string_view(full_name.data(), full_name.size()));
  return found == names->end() ? full_name : std::string_view(found->second);
}

std::map<std::string, std::string, std::less<>> RpcNames() {
  std::map<std::string, std::string, std::less<>> names = {{"token", "token"}};
  std::vector<const google::protobuf::ServiceDescriptor*> services = ApiServices();
  AddOwnServices(services);
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      const std::string slashed = absl::StrCat(service->full_name(), "/", method.name());
      const std::string id(NameOfMethod(method.full_name()));
      for (const std::string& name :
           {id, "androiddeviceprovisioning." + id, method.full_name(), slashed, "/" + slashed}) {
        names[name] = method.full_name();
      }
    }
  }
  return names;
}

}  // namespace zerotouch::wire
