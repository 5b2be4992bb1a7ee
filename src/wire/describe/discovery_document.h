// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_
#define ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_

#include <string>

#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/describe/json_value.h"

namespace zerotouch::wire {

// Returns a description of the API in Google's format ("Google API Discovery
// Service"), from which client libraries are generated, some at run time.
// `root_url` ends with a slash.
JsonValue DiscoveryDocument(const std::vector<ApiMethod>& methods, const ApiComments& comments,
                            const std::string& root_url);

// The part of an OpenAPI document about its package as a whole.
struct OpenApiInfo {
  std::string title;
  std::string description;
  std::string version;
  bool needs_credentials = true;
};

// Returns a description of the methods as an OpenAPI 3.0 document.
JsonValue OpenApiDocument(const OpenApiInfo& info, const std::vector<ApiMethod>& methods,
                          const ApiComments& comments, const std::string& root_url);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_
