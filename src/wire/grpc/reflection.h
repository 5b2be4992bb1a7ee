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

namespace zerotouch::wire::grpc {

// grpc.reflection.v1.ServerReflection, and v1alpha, which looks the same: what
// the services look like, from the descriptors that the program is built from.
// Immutable, thus thread-safe.
class Reflection {
 public:
  // The services to list; they, and all files that they need, can be asked for.
  explicit Reflection(std::span<const google::protobuf::ServiceDescriptor* const> services);

  ::grpc::reflection::v1::ServerReflectionResponse Answer(
      const ::grpc::reflection::v1::ServerReflectionRequest& request) const;

  // A call of ServerReflectionInfo; the reflection must outlive it.
  std::unique_ptr<http::StreamingCall> Info(std::string_view encoding) const;

 private:
  const google::protobuf::FileDescriptor* FindFile(
      const ::grpc::reflection::v1::ServerReflectionRequest& request) const;
  bool IsPublic(const google::protobuf::FileDescriptor& file) const;

  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::vector<const google::protobuf::FileDescriptor*> files_;  // imports before importers
};

// The services that describe and watch this server, by their descriptors.
std::vector<const google::protobuf::ServiceDescriptor*> OwnServices();

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_REFLECTION_H_
