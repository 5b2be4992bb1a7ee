// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_REFLECTION_H_
#define ZEROTOUCH_WIRE_GRPC_REFLECTION_H_

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "http/http.h"
#include "wire/grpc/streaming.h"

namespace zerotouch::wire::grpc {

// grpc.reflection.v1.ServerReflection and the identical v1alpha: describes the
// services by the descriptors in the program. Immutable, thus thread-safe.
class Reflection {
 public:
  // Takes the services to list. Their files and all files that these import are
  // public.
  explicit Reflection(std::span<const google::protobuf::ServiceDescriptor* const> services);

  ::grpc::reflection::v1::ServerReflectionResponse Answer(
      const ::grpc::reflection::v1::ServerReflectionRequest& request) const;

  // Begins a call of ServerReflectionInfo, which this object must outlive.
  std::unique_ptr<http::StreamingCall> Info(const StreamingCall::Encodings& encodings) const;

 private:
  const google::protobuf::FileDescriptor* FindFile(
      const ::grpc::reflection::v1::ServerReflectionRequest& request) const;
  bool IsPublic(const google::protobuf::FileDescriptor& file) const;

  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::vector<const google::protobuf::FileDescriptor*> files_;  // imports before importers
};

// Returns the descriptors of the health and reflection services.
std::vector<const google::protobuf::ServiceDescriptor*> OwnServices();

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_REFLECTION_H_
