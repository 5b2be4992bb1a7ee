// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_API_COMMENTS_H_
#define ZEROTOUCH_WIRE_DESCRIBE_API_COMMENTS_H_

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace zerotouch::wire {

// The API's protos as a serialized google.protobuf.FileDescriptorSet with their
// comments. Made by the build.
extern const std::string_view kApiDescriptors;

// What the protos say of their messages, fields, enums and methods.
class ApiComments {
 public:
  ApiComments();

  // The comment on the thing of this full name, on one line; empty if there is
  // none.
  std::string Of(const google::protobuf::Descriptor& message) const;
  std::string Of(const google::protobuf::FieldDescriptor& field) const;
  std::string Of(const google::protobuf::EnumValueDescriptor& value) const;
  std::string Of(const google::protobuf::MethodDescriptor& method) const;

 private:
  google::protobuf::DescriptorPool pool_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_API_COMMENTS_H_
