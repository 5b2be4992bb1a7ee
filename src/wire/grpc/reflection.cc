// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/reflection.h"

#include <algorithm>
#include <string>

#include "errors/errors.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;

// Makes the linker keep a file that defines only a service.
const void* volatile kAlphaFile =
    &descriptor_table_grpc_2freflection_2fv1alpha_2freflection_2eproto;

// Adds `file` once, after the files that it imports.
void AddFile(const FileDescriptor& file, std::vector<const FileDescriptor*>& files) {
  if (std::find(files.begin(), files.end(), &file) != files.end()) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), files);
  files.push_back(&file);
}

class InfoCall final : public StreamingCall {
 public:
  InfoCall(const Reflection& reflection, const StreamingCall::Encodings& encodings)
      : StreamingCall(encodings), reflection_(reflection) {}

 private:
  absl::Status OnMessage(std::string_view message, std::string& out) override {
    ServerReflectionRequest request;
    if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
      return errors::BadRequest({{"", "The message is not a ServerReflectionRequest."}});
    }
    Send(reflection_.Answer(request), out);
    return absl::OkStatus();
  }

  const Reflection& reflection_;
};

}  // namespace

std::vector<const ServiceDescriptor*> OwnServices() {
  static_cast<void>(kAlphaFile);
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  return {::grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0),
          ServerReflectionRequest::descriptor()->file()->service(0),
          pool.FindServiceByName("grpc.reflection.v1alpha.ServerReflection")};
}

Reflection::Reflection(std::span<const ServiceDescriptor* const> services)
    : services_(services.begin(), services.end()) {
  for (const ServiceDescriptor* service : services_) AddFile(*service->file(), files_);
}

bool Reflection::IsPublic(const FileDescriptor& file) const {
  return std::find(files_.begin(), files_.end(), &file) != files_.end();
}

const FileDescriptor* Reflection::FindFile(const ServerReflectionRequest& request) const {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const FileDescriptor* file = nullptr;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      file = pool.FindFileByName(request.file_by_filename());
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      file = pool.FindFileContainingSymbol(request.file_containing_symbol());
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& extension = request.file_containing_extension();
      const Descriptor* type = pool.FindMessageTypeByName(extension.containing_type());
      const FieldDescriptor* field =
          type == nullptr ? nullptr
                          : pool.FindExtensionByNumber(type, extension.extension_number());
      if (field != nullptr) file = field->file();
      break;
    }
    default:
      break;
  }
  return file != nullptr && IsPublic(*file) ? file : nullptr;
}

ServerReflectionResponse Reflection::Answer(const ServerReflectionRequest& request) const {
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  if (request.has_list_services()) {
    for (const ServiceDescriptor* service : services_) {
      response.mutable_list_services_response()->add_service()->set_name(service->full_name());
    }
    return response;
  }
  if (request.has_all_extension_numbers_of_type()) {
    const DescriptorPool& pool = *DescriptorPool::generated_pool();
    const Descriptor* type = pool.FindMessageTypeByName(request.all_extension_numbers_of_type());
    if (type != nullptr && IsPublic(*type->file())) {
      auto& answer = *response.mutable_all_extension_numbers_response();
      answer.set_base_type_name(type->full_name());
      std::vector<const FieldDescriptor*> extensions;
      pool.FindAllExtensions(type, &extensions);
      for (const FieldDescriptor* extension : extensions) {
        answer.add_extension_number(extension->number());
      }
      return response;
    }
  } else if (const FileDescriptor* file = FindFile(request)) {
    // Clients need the imported files too, and some do not ask for them.
    std::vector<const FileDescriptor*> needed;
    AddFile(*file, needed);
    for (auto next = needed.rbegin(); next != needed.rend(); ++next) {
      google::protobuf::FileDescriptorProto proto;
      (*next)->CopyTo(&proto);
      *response.mutable_file_descriptor_response()->add_file_descriptor_proto() =
          proto.SerializeAsString();
    }
    return response;
  }
  response.mutable_error_response()->set_error_code(static_cast<int>(absl::StatusCode::kNotFound));
  response.mutable_error_response()->set_error_message(
      "Not found: this server has no public file, symbol or extension of that name.");
  return response;
}

std::unique_ptr<http::StreamingCall> Reflection::Info(
    const StreamingCall::Encodings& encodings) const {
  return std::make_unique<InfoCall>(*this, encodings);
}

}  // namespace zerotouch::wire::grpc
