// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PORTAL_ASSETS_H_
#define ZEROTOUCH_WIRE_PORTAL_ASSETS_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "http/http.h"

namespace zerotouch::wire {

// A file of the portal that is part of the program.
struct EmbeddedFile {
  std::string_view path;    // below /portal/, such as "assets/index-1a2b.js"
  std::string_view type;    // its Content-Type
  std::string_view digest;  // of its content: letters and digits
  std::string_view bytes;   // its content, as gzip
};

// Returns the files that cmake/portal.cmake embedded; none if the portal was left out.
std::span<const EmbeddedFile> EmbeddedPortal();

// The files of the portal. Thread-safe.
class PortalAssets {
 public:
  // Files must have a lifetime without end.
  explicit PortalAssets(std::span<const EmbeddedFile> files);

  // Returns true if the portal was left out of this build: Index answers a page that says so.
  bool empty() const { return files_.empty(); }

  // Answers a GET of the page that every address of the portal shows.
  http::Response Index(const http::Request& request) const;

  // Answers a GET of a file below assets/, whose name changes with its content; null if there
  // is no such file.
  std::unique_ptr<http::Response> Asset(const http::Request& request, std::string_view path) const;

 private:
  struct File {
    std::string_view type, digest;
    std::shared_ptr<const std::string> gzip;
  };

  static http::Response Answer(const http::Request& request, const File& file);

  std::map<std::string, File, std::less<>> files_;  // by path
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PORTAL_ASSETS_H_
