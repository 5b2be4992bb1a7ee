// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/url_template.h"

#include <fmt/format.h>

#include "absl/strings/str_split.h"
#include "base/ascii.h"
#include "base/percent.h"
#include "base/status_macros.h"

namespace zerotouch::wire {

// The grammar, in one pass from left to right:
//
//   template = "/" segments [ ":" verb ]
//   segments = segment { "/" segment }
//   segment  = "*"                                one non-empty segment
//            | "**"                               all further segments, or none
//            | literal                            the same segment
//            | "{" field [ "=" segments ] "}"     a variable; "*" by default
//   field    = name { "." name }
//
// Variables do not nest, and "**" is the last segment of a template.
class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : rest_(text) { template_.text_ = text; }

  absl::StatusOr<UrlTemplate> Run() {
    if (!Take('/')) return Invalid("expected '/'");
    ZT_RETURN_IF_ERROR(Segments(/*in_variable=*/false));
    if (Take(':')) {
      template_.verb_ = Word("/{}=:*");
      if (template_.verb_.empty()) return Invalid("expected a verb");
    }
    if (!rest_.empty()) return Invalid("expected the end");
    const auto& segments = template_.segments_;
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      if (segments[i].kind == Kind::kRest) return Invalid("** is not last");
    }
    return std::move(template_);
  }

 private:
  using Kind = UrlTemplate::Kind;

  absl::Status Segments(bool in_variable) {
    do {
      ZT_RETURN_IF_ERROR(Segment(in_variable));
    } while (Take('/'));
    return absl::OkStatus();
  }

  absl::Status Segment(bool in_variable) {
    if (Take('*')) return Add(Take('*') ? Kind::kRest : Kind::kOne, "");
    if (Take('{')) return in_variable ? Invalid("variables do not nest") : Variable();
    std::string literal = Word("/{}=:*");
    if (literal.empty()) return Invalid("expected a segment");
    return Add(Kind::kLiteral, std::move(literal));
  }

  absl::Status Variable() {
    const size_t begin = template_.segments_.size();
    std::string field = Word("/{}=:*");
    for (const absl::string_view name : absl::StrSplit(field, '.')) {
      if (name.empty()) return Invalid("expected a field name");
    }
    if (Take('=')) {
      ZT_RETURN_IF_ERROR(Segments(/*in_variable=*/true));
    } else {
      ZT_RETURN_IF_ERROR(Add(Kind::kOne, ""));
    }
    if (!Take('}')) return Invalid("expected '}'");
    template_.variables_.push_back({std::move(field), begin, template_.segments_.size()});
    return absl::OkStatus();
  }

  absl::Status Add(Kind kind, std::string literal) {
    template_.segments_.push_back({kind, std::move(literal)});
    return absl::OkStatus();
  }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Takes the text up to one of `stops`.
  std::string Word(std::string_view stops) {
    const std::string_view word = rest_.substr(0, rest_.find_first_of(stops));
    rest_.remove_prefix(word.size());
    return std::string(word);
  }

  absl::Status Invalid(std::string_view reason) const {
    return absl::InvalidArgumentError(fmt::format("URL template {}: {} at character {}",
                                                  template_.text_, reason,
                                                  template_.text_.size() - rest_.size()));
  }

  UrlTemplate template_;
  std::string_view rest_;
};

absl::StatusOr<UrlTemplate> UrlTemplate::Parse(std::string_view text) {
  return TemplateParser(text).Run();
}

std::vector<std::string> UrlTemplate::fields() const {
  std::vector<std::string> fields;
  for (const Variable& variable : variables_) fields.push_back(variable.field);
  return fields;
}

namespace {

// Returns true if the decoded segment equals `literal`. Few clients encode
// characters without need, so the plain comparison nearly always decides.
bool IsLiteral(const std::string& segment, const std::string& literal) {
  return segment == literal ||
         (segment.find('%') != std::string::npos && PercentDecode(segment) == literal);
}

}  // namespace

bool UrlTemplate::FitsSegments(const std::vector<std::string>& segments) const {
  const bool open_end = segments_.back().kind == Kind::kRest;
  const size_t fixed = segments_.size() - (open_end ? 1 : 0);
  if (open_end ? segments.size() < fixed : segments.size() != fixed) return false;
  for (size_t i = 0; i < fixed; ++i) {
    const bool fits = segments_[i].kind == Kind::kOne
                          ? !segments[i].empty()
                          : IsLiteral(segments[i], segments_[i].literal);
    if (!fits) return false;
  }
  return true;
}

std::optional<std::string> UrlTemplate::ValueOf(const Variable& variable,
                                                const std::vector<std::string>& segments) const {
  const bool open_end = segments_[variable.end - 1].kind == Kind::kRest;
  const bool one_segment = !open_end && variable.end - variable.begin == 1;
  if (one_segment) return PercentDecode(segments[variable.begin]);
  const size_t end = open_end ? segments.size() : variable.end;
  std::string value;
  for (size_t i = variable.begin; i < end; ++i) {
    const auto decoded = PercentDecode(segments[i], Keep::kSlashes);
    if (!decoded) return std::nullopt;
    if (i > variable.begin) value += '/';
    value += *decoded;
  }
  return value;
}

std::optional<std::vector<UrlTemplate::Binding>> UrlTemplate::Match(const UrlPath& path) const {
  if (path.verb != verb_ || !FitsSegments(path.segments)) return std::nullopt;
  std::vector<Binding> bindings;
  for (const Variable& variable : variables_) {
    auto value = ValueOf(variable, path.segments);
    if (!value) return std::nullopt;
    bindings.push_back({variable.field, *std::move(value)});
  }
  return bindings;
}

namespace {

// Removes a known verb and the ':' before it from `segment`. Returns the verb.
std::string TakeVerb(std::string& segment, const std::set<std::string>& verbs) {
  constexpr size_t kEncodedColon = 3;  // "%3A"
  size_t at = segment.rfind(':');
  size_t length = 1;
  const bool is_encoded = segment.find('%') != std::string::npos;
  if (const size_t encoded = is_encoded ? AsciiLower(segment).rfind("%3a") : std::string::npos;
      encoded != std::string::npos && (at == std::string::npos || encoded > at)) {
    at = encoded;
    length = kEncodedColon;
  }
  if (at == std::string::npos) return "";
  std::string verb = segment.substr(at + length);
  if (!verbs.contains(verb)) return "";
  segment.resize(at);
  return verb;
}

}  // namespace

std::optional<UrlPath> SplitPath(std::string_view target, const std::set<std::string>& verbs) {
  std::string_view text = target.substr(0, target.find('?'));
  if (!text.starts_with('/')) return std::nullopt;
  while (text.ends_with('/')) text.remove_suffix(1);
  UrlPath path;
  if (text.empty()) return path;
  text.remove_prefix(1);
  path.segments = absl::StrSplit(absl::string_view(text.data(), text.size()), '/');
  path.verb = TakeVerb(path.segments.back(), verbs);
  return path;
}

}  // namespace zerotouch::wire
