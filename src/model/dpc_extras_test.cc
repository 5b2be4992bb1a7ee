// SPDX-License-Identifier: Apache-2.0
#include "model/dpc_extras.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"

namespace zerotouch {
namespace {

constexpr char kGoodSum[] = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

std::vector<std::string> MembersOf(std::string_view extras) {
  std::vector<std::string> members;
  for (const ExtrasWarning& warning : LintDpcExtras(extras)) members.push_back(warning.member);
  return members;
}

std::string OnlyWarning(std::string_view extras) {
  const std::vector<ExtrasWarning> warnings = LintDpcExtras(extras);
  EXPECT_EQ(warnings.size(), 1u) << extras;
  return warnings.empty() ? "" : fmt::format("{}: {}", warnings[0].member, warnings[0].text);
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(DpcExtras, GoodExtras_HaveNoWarnings) {
  EXPECT_TRUE(LintDpcExtras("").empty());
  EXPECT_TRUE(LintDpcExtras("{}").empty());
  EXPECT_TRUE(LintDpcExtras(fmt::format(R"({{
    "android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME": "com.example.dpc/.Admin",
    "android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION": "https://e.example/a",
    "android.app.extra.PROVISIONING_DEVICE_ADMIN_SIGNATURE_CHECKSUM": "{}",
    "android.app.extra.PROVISIONING_SKIP_ENCRYPTION": true,
    "android.app.extra.PROVISIONING_LOCALE": "de_DE",
    "android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
      {{"com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN": "LOTSOFLETTERS"}}}})",
                                        kGoodSum))
                  .empty());
  EXPECT_TRUE(LintDpcExtras(R"({"a.a.e.PAEB":{"server":"https://e.example"}})").empty());
}

TEST(DpcExtras, Shape_IsChecked) {
  EXPECT_TRUE(Has(OnlyWarning("{"), "not JSON"));
  EXPECT_TRUE(Has(OnlyWarning("{'a':1}"), "not JSON"));
  EXPECT_TRUE(Has(OnlyWarning("[]"), "not a JSON object"));
  EXPECT_TRUE(Has(OnlyWarning(std::string(limits::kDpcExtrasBytes + 1, ' ')), "too many"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_LOCALE":"de",
                                  "android.app.extra.PROVISIONING_LOCALE":"fr"})"),
                  "more than once"));
}

TEST(DpcExtras, UnknownNames_AreNamedWithTheNearest) {
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_LOCAL":"de"})"),
                  "use android.app.extra.PROVISIONING_LOCALE"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.provisioning_time_zone":"UTC"})"),
                  "use android.app.extra.PROVISIONING_TIME_ZONE"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"PROVISIONING_WIFI_SSID":"x"})"),
                  "use android.app.extra.PROVISIONING_WIFI_SSID"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"EXTRA_PROVISIONING_LOCALE":"x"})"),
                  "use android.app.extra.PROVISIONING_LOCALE"));
  EXPECT_TRUE(
      Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_COFFEE":"black"})"), "no such extra"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"a.a.e.PXYZ":1})"), "short name"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"server":"https://e.example"})"), "ADMIN_EXTRAS_BUNDLE"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
                                  {"android.app.extra.PROVISIONING_LOCALE":"de"}})"),
                  "at the top"));
}

TEST(DpcExtras, Types_AreChecked) {
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_SKIP_ENCRYPTION":"true"})"),
                  "true or false"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":"{}"})"),
                  "an object"));
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME":
                                  "com.example.dpc"})"),
                  "package/class"));
}

TEST(DpcExtras, Checksums_AreUrlSafeBase64Of32Bytes) {
  const auto with = [](std::string_view sum) {
    return fmt::format(R"({{"android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_CHECKSUM":"{}"}})",
                       sum);
  };
  EXPECT_TRUE(LintDpcExtras(with(kGoodSum)).empty());
  EXPECT_TRUE(LintDpcExtras(with(fmt::format("{}=", kGoodSum))).empty());
  EXPECT_TRUE(Has(OnlyWarning(with("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")), "URL-safe"));
  EXPECT_TRUE(Has(OnlyWarning(with(std::string(64, 'a'))), "hexadecimal"));
  EXPECT_TRUE(Has(OnlyWarning(with("47DEQpj8")), "32 bytes"));
  EXPECT_TRUE(Has(OnlyWarning(with("")), "32 bytes"));
}

TEST(DpcExtras, Downloads_NeedHttpsAndAChecksum) {
  const char* kPlain = R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION":
                           "http://e.example/dpc.apk"})";
  EXPECT_EQ(MembersOf(kPlain).size(), 2u);
  EXPECT_TRUE(Has(OnlyWarning(R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
                                  {"servers":[{"url":"HTTP://e.example"}]}})"),
                  "ADMIN_EXTRAS_BUNDLE.servers[0].url: http"));
}

TEST(DpcExtras, Secrets_AreFoundAndNeverShown) {
  constexpr char kCanary[] = "hunter2hunter2hunter2";
  for (const char* extras :
       {R"({"android.app.extra.PROVISIONING_WIFI_PASSWORD":"hunter2hunter2hunter2"})",
        R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
            {"api_key":"hunter2hunter2hunter2"}})",
        R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
            {"list":["AKIAhunter2hunter2hunter2"]}})",
        R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":
            {"url":"https://me:hunter2hunter2hunter2@e.example"}})"}) {
    const std::string warning = OnlyWarning(extras);
    EXPECT_TRUE(Has(warning, "secret in plain sight")) << warning;
    EXPECT_FALSE(Has(warning, kCanary));
  }
}

}  // namespace
}  // namespace zerotouch
