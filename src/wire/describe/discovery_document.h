// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_
#define ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_

#include <string>

#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/describe/json_value.h"

namespace zerotouch::wire {

// What the API is, in Google's own format ("Google API Discovery Service"), from
// which its client libraries are made, some of them as they run. `root_url`
// ends with a slash.
JsonValue DiscoveryDocument(const std::vector<ApiMethod>& methods, const ApiComments& comments,
                            const std::string& root_url);

// The same as an OpenAPI 3.0 document.
JsonValue OpenApiDocument(const std::vector<ApiMethod>& methods, const ApiComments& comments,
                          const std::string& root_url);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_DOCUMENT_H_
