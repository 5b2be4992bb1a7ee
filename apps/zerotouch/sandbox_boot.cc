// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/sandbox_boot.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"
#include "zerotouch/qr_code.h"
#include "zerotouch/rest_call.h"

namespace zerotouch::cli {
namespace {

using simdjson::dom::element;

std::string_view PointedText(const element& root, std::string_view pointer) {
  std::string_view text;
  return root.at_pointer(pointer).get(text) == simdjson::SUCCESS ? text : std::string_view();
}

// Returns what the outcome means for the phone.
std::string_view MeaningOf(std::string_view outcome) {
  constexpr std::pair<std::string_view, std::string_view> kMeanings[] = {
      {"CONFIGURED", "The phone is set up as follows."},
      {"NO_CONFIGURATION",
       "The phone is claimed, but no configuration is applied: it starts as "
       "any phone does."},
      {"NOT_CLAIMED", "Nobody holds a zero-touch claim on the phone: it starts as any phone does."},
      {"UNKNOWN_DEVICE", "Nobody has registered this phone: it starts as any phone does."},
      {"IDENTIFIER_MISMATCH",
       "The IMEI is registered, but with another serial number, "
       "manufacturer or model: the phone is not set up."}};
  for (const auto& [name, meaning] : kMeanings) {
    if (name == outcome) return meaning;
  }
  return "";
}

absl::Status WritePng(const std::string& path, const std::string& text) {
  if (text.empty()) {
    return absl::InvalidArgumentError(
        "there is no QR code: the phone has no configuration; no file was written");
  }
  ZT_ASSIGN_OR_RETURN(const QrCode code, EncodeQr(text));
  const std::string png = QrPng(code);
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  const bool is_written =
      file != nullptr && std::fwrite(png.data(), 1, png.size(), file.get()) == png.size();
  if (is_written && std::fclose(file.release()) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> BootText(const std::string& answer) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(answer).get(root) != simdjson::SUCCESS) {
    return absl::InternalError("the server's answer is not valid JSON");
  }
  const std::string_view outcome = PointedText(root, "/outcome");
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* title, std::string_view value) {
    if (!value.empty()) rows.push_back({title, std::string(value)});
  };
  add("outcome", outcome);
  add("", MeaningOf(outcome));
  add("owner", PointedText(root, "/customer/companyName"));
  add("company", PointedText(root, "/configuration/companyName"));
  add("message", PointedText(root, "/configuration/customMessage"));
  add("e-mail", PointedText(root, "/configuration/contactEmail"));
  add("telephone", PointedText(root, "/configuration/contactPhone"));
  add("configuration", PointedText(root, "/configuration/configurationName"));
  add("DPC", PointedText(root, "/configuration/dpcResourcePath"));
  simdjson::dom::object extras;
  if (root["provisioningExtras"].get(extras) == simdjson::SUCCESS) {
    for (const auto& [key, value] : extras) {
      std::string_view text;
      const bool is_text = value.get(text) == simdjson::SUCCESS;
      rows.push_back({"extra", fmt::format("{} = {}", key,
                                           is_text ? std::string(text) : simdjson::minify(value))});
    }
  }
  std::string text = LinesText(rows);
  const std::string qr(PointedText(root, "/qrCode"));
  if (qr.empty()) return text;
  const absl::StatusOr<QrCode> code = EncodeQr(qr);
  return text + "\n" + (code.ok() ? QrText(*code) : std::string(MessageOf(code.status())) + "\n");
}

ExitCode RunBoot(const Invocation& invocation) {
  const absl::StatusOr<std::string> body = BodyOf(invocation);
  if (!body.ok()) return Fail(invocation, body.status());
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  const auto answer =
      connection->client->Send("POST", std::string(invocation.command->rest.path), *body);
  if (!answer.ok()) return Fail(invocation, answer.status());
  absl::Status status;
  if (invocation.format == Format::kTable) {
    const absl::StatusOr<std::string> text = BootText(*answer);
    status = text.status();
    if (text.ok()) Print(*text);
  } else {
    Print(invocation.format == Format::kJson ? PrettyJson(*answer) : MembersText(*answer));
  }
  if (status.ok()) status = EndOutput();
  if (status.ok() && invocation.Has("qr")) {
    simdjson::dom::parser parser;
    element root;
    const bool is_json = parser.parse(*answer).get(root) == simdjson::SUCCESS;
    status =
        WritePng(invocation.Get("qr"), is_json ? std::string(PointedText(root, "/qrCode")) : "");
  }
  return status.ok() ? kDone : Fail(invocation, status);
}

}  // namespace zerotouch::cli
