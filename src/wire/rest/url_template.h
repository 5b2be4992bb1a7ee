// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_
#define ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace zerotouch::wire {

// The path of a request, taken apart but still percent-encoded.
struct UrlPath {
  std::vector<std::string> segments;
  std::string verb;  // empty without one
};

// Takes the path of `target` apart. A query is dropped, and empty segments at
// the end. What stands after the last ':' (or `%3A`, which some clients send
// for it) of the last segment is a verb only if `verbs` has it: an id may
// hold a colon. nullopt if the path does not begin with '/'.
std::optional<UrlPath> SplitPath(std::string_view target, const std::set<std::string>& verbs);

// A path template as google.api.http writes them (google/api/http.proto).
class UrlTemplate {
 public:
  // A variable's value in a path that matched.
  struct Binding {
    std::string field;  // proto path, `configuration.name`
    std::string value;  // decoded
  };

  // INVALID_ARGUMENT with the place and reason if `text` is no template.
  static absl::StatusOr<UrlTemplate> Parse(std::string_view text);

  // The values of the variables if `path` fits, in the template's order.
  // Segments are decoded after they were split: of a variable that is one
  // segment everything; of one that spans several all but `%2F`, which so
  // never turns into a separator. A path with a malformed escape fits nothing.
  std::optional<std::vector<Binding>> Match(const UrlPath& path) const;

  const std::string& text() const { return text_; }
  const std::string& verb() const { return verb_; }
  // The fields of the variables.
  std::vector<std::string> fields() const;

 private:
  friend class TemplateParser;
  UrlTemplate() = default;

  enum class Kind { kLiteral, kOne, kRest };
  struct Segment {
    Kind kind;
    std::string literal;
  };
  struct Variable {
    std::string field;
    size_t begin;  // its segments: [begin, end)
    size_t end;
  };

  bool FitsSegments(const std::vector<std::string>& segments) const;
  std::optional<std::string> ValueOf(const Variable& variable,
                                     const std::vector<std::string>& segments) const;

  std::string text_;
  std::vector<Segment> segments_;
  std::vector<Variable> variables_;
  std::string verb_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_URL_TEMPLATE_H_
