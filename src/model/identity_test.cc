// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace zerotouch {
namespace {

constexpr IdentityRules kStrict;
constexpr IdentityRules kLenient{.lenient = true};

api::DeviceIdentifier Identifier(const std::string& text) {
  api::DeviceIdentifier identifier;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &identifier)) << text;
  return identifier;
}

std::string Repeated(char c, size_t count) { return std::string(count, c); }

TEST(Imei, EveryForm_HasOneCanonicalForm) {
  const struct {
    const char* reason;
    const char* text;
    const char* strict;
    const char* lenient;
  } rows[] = {
      {"15 digits", "490154203237518", "490154203237518", "490154203237518"},
      {"hyphens", "49-015420-323751-8", "490154203237518", "490154203237518"},
      {"blanks", " 490154 203237 518 ", "490154203237518", "490154203237518"},
      {"14 digits get their check digit", "49015420323751", "490154203237518", "490154203237518"},
      {"a check digit of 0", "35000000000003", "350000000000030", "350000000000030"},
      {"16 digits lose the software version", "4901542032375101", "490154203237518",
       "490154203237518"},
      {"of 16, the fifteenth is no check digit", "4901542032375199", "490154203237518",
       "490154203237518"},
      {"a wrong check digit", "490154203237519", "", "490154203237519"},
      {"all zeros are Luhn-valid", "000000000000000", "000000000000000", "000000000000000"},
      {"13 digits", "4901542032375", "", ""},
      {"17 digits", "49015420323751801", "", ""},
      {"a letter", "49015420323751X", "", ""},
      {"hexadecimal digits", "A9015420323751", "", ""},
      {"a slash", "490154203237/518", "", ""},
      {"a full-width digit", "49015420323751\xef\xbc\x98", "", ""},
      {"nothing", "", "", ""},
      {"separators alone", "- -", "", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(CanonicalImei(row.text, kStrict), row.strict) << row.reason;
    EXPECT_EQ(CanonicalImei(row.text, kLenient), row.lenient) << row.reason << ", lenient";
  }
}

TEST(Meid, EveryForm_HasOneCanonicalForm) {
  const struct {
    const char* reason;
    const char* text;
    const char* canonical;
  } rows[] = {
      {"14 hexadecimal digits", "AF0123450ABCDE", "AF0123450ABCDE"},
      {"lower case", "af0123450abcde", "AF0123450ABCDE"},
      {"blanks and hyphens", "AF 012345-0ABCDE", "AF0123450ABCDE"},
      {"18 decimal digits (3GPP2 S.R0048-A)", "293608736500703710", "AF0123450ABCDE"},
      {"the check digit is dropped", "AF0123450ABCDEC", "AF0123450ABCDE"},
      {"decimal digits alone can be hexadecimal", "99000124997700", "99000124997700"},
      {"leading zeros of both halves", "000000001000000002", "0000000A000002"},
      {"the largest decimal", "429496729516777215", "FFFFFFFFFFFFFF"},
      {"32 bits exceeded", "429496729600000000", ""},
      {"24 bits exceeded", "000000000016777216", ""},
      {"13 digits", "AF0123450ABCD", ""},
      {"16 digits", "AF0123450ABCDE12", ""},
      {"17 decimal digits", "29360873650070371", ""},
      {"18 hexadecimal digits", "AF012345000ABCDE00", ""},
      {"no hexadecimal digit", "AG0123450ABCDE", ""},
      {"nothing", "", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(CanonicalMeid(row.text), row.canonical) << row.reason;
}

TEST(ModemKeys, ArePositive_AndUnique) {
  EXPECT_EQ(ModemKeyOfImei("490154203237518"), 490154203237518);
  EXPECT_GT(ModemKeyOfImei("000000000000000"), 999'999'999'999'999) << "above every other IMEI's";
  EXPECT_EQ(ModemKeyOfMeid("AF0123450ABCDE"), (int64_t{1} << 60) | 0xAF0123450ABCDE);
  EXPECT_GT(ModemKeyOfMeid("FFFFFFFFFFFFFF"), 0);
  EXPECT_NE(ModemKeyOfMeid("00000000000000"), ModemKeyOfImei("000000000000000"));
}

// A digit that is wrong, or two neighbours that are swapped, are found out.
TEST(LuhnDigit, FindsEveryWrongDigit) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    const std::string digits = fmt::format("{:014}", random() % 100'000'000'000'000);
    std::string imei = digits + LuhnDigit(digits);
    ASSERT_EQ(CanonicalImei(imei, kStrict), imei);
    const size_t at = random() % imei.size();
    imei[at] = static_cast<char>('0' + (imei[at] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
    ASSERT_EQ(CanonicalImei(imei, kStrict), "") << imei;
  }
}

constexpr Outcome kFine = Outcome::kSuccess;

// Identifiers that name a device (to unclaim, to find), and those that register one.
struct IdentifierRow {
  const char* reason;
  std::string identifier;
  Outcome names;
  Outcome registers;
};

const std::string& LongName() {
  static const std::string& name = *new std::string(Repeated('m', 257));
  return name;
}

std::vector<IdentifierRow> ModemRows() {
  return {
      {"an IMEI", "imei: '490154203237518'", kFine, kFine},
      {"a MEID", "meid: 'AF0123450ABCDE'", kFine, kFine},
      {"the second IMEI alone", "imei2: '490154203237518'", kFine, kFine},
      {"the second MEID alone", "meid2: 'AF0123450ABCDE'", kFine, kFine},
      {"all four",
       "imei: '490154203237518' imei2: '356938035643809' meid: 'AF0123450ABCDE' "
       "meid2: 'AF0123450ABCDF'",
       kFine, kFine},
      {"equal IMEIs", "imei: '490154203237518' imei2: '49-015420-323751-8'",
       Outcome::kSecondSlotEqualsFirst, Outcome::kSecondSlotEqualsFirst},
      {"equal IMEIs in other forms", "imei: '49015420323751' imei2: '4901542032375101'",
       Outcome::kSecondSlotEqualsFirst, Outcome::kSecondSlotEqualsFirst},
      {"equal MEIDs", "meid: 'AF0123450ABCDE' meid2: '293608736500703710'",
       Outcome::kSecondSlotEqualsFirst, Outcome::kSecondSlotEqualsFirst},
      {"a bad IMEI", "imei: '490154203237519'", Outcome::kInvalidImei, Outcome::kInvalidImei},
      {"a bad second IMEI", "imei: '490154203237518' imei2: '1'", Outcome::kInvalidImei,
       Outcome::kInvalidImei},
      {"a bad MEID", "meid: 'x'", Outcome::kInvalidMeid, Outcome::kInvalidMeid},
      {"a bad second MEID beside a good IMEI", "imei: '490154203237518' meid2: 'x'",
       Outcome::kInvalidMeid, Outcome::kInvalidMeid},
      {"nothing", "", Outcome::kNoIdentifier, Outcome::kNoIdentifier},
      {"blanks alone", "imei: ' ' serial_number: '\\t'", Outcome::kNoIdentifier,
       Outcome::kNoIdentifier},
  };
}

std::vector<IdentifierRow> SerialRows() {
  const std::string long_serial = "serial_number: '" + Repeated('s', 65) + "' ";
  const std::string max_serial = "serial_number: '" + Repeated('s', 64) + "' ";
  std::string wide_serial = "serial_number: '";
  for (int i = 0; i < 64; ++i) wide_serial += "\xc3\xbc";  // two bytes, one character
  wide_serial += "' ";
  return {
      {"a serial set", "serial_number: 'S1' manufacturer: 'M' model: 'N'", kFine, kFine},
      {"a serial number of 64 characters", max_serial + "manufacturer: 'M' model: 'N'", kFine,
       kFine},
      {"64 characters of two bytes", wide_serial + "manufacturer: 'M' model: 'N'", kFine, kFine},
      {"a serial number of 65", long_serial + "manufacturer: 'M' model: 'N'",
       Outcome::kInvalidSerial, Outcome::kInvalidSerial},
      {"a control character in it", "serial_number: 'S\\001' manufacturer: 'M' model: 'N'",
       Outcome::kInvalidSerial, Outcome::kInvalidSerial},
      {"a serial number alone", "serial_number: 'S1'", Outcome::kSerialSetIncomplete,
       Outcome::kSerialSetIncomplete},
      {"no model", "serial_number: 'S1' manufacturer: 'M'", Outcome::kSerialSetIncomplete,
       Outcome::kSerialSetIncomplete},
      {"no manufacturer", "serial_number: 'S1' model: 'N'", Outcome::kSerialSetIncomplete,
       Outcome::kSerialSetIncomplete},
      {"an IMEI and a serial number alone: names, but the device could not be told from it",
       "imei: '490154203237518' serial_number: 'S1'", kFine, Outcome::kSerialSetIncomplete},
      {"an IMEI with manufacturer and model",
       "imei: '490154203237518' manufacturer: 'M' model: 'N'", kFine, kFine},
      {"a long manufacturer", "serial_number: 'S1' model: 'N' manufacturer: '" + LongName() + "'",
       Outcome::kInvalidManufacturer, Outcome::kInvalidManufacturer},
      {"a long model", "serial_number: 'S1' manufacturer: 'M' model: '" + LongName() + "'",
       Outcome::kInvalidModel, Outcome::kInvalidModel},
      {"manufacturer and model alone", "manufacturer: 'M' model: 'N'", Outcome::kNoIdentifier,
       Outcome::kNoIdentifier},
  };
}

std::vector<IdentifierRow> ChromeOsRows() {
  return {
      {"ChromeOS",
       "device_type: DEVICE_TYPE_CHROME_OS serial_number: 'S' model: 'N' "
       "chrome_os_attested_device_id: 'A'",
       kFine, kFine},
      {"ChromeOS by its attested id alone",
       "serial_number: 'S' model: 'N' chrome_os_attested_device_id: 'A'", kFine, kFine},
      {"ChromeOS without the attested id",
       "device_type: DEVICE_TYPE_CHROME_OS serial_number: 'S' model: 'N' manufacturer: 'M'",
       Outcome::kSerialSetIncomplete, Outcome::kSerialSetIncomplete},
      {"ChromeOS without a model",
       "device_type: DEVICE_TYPE_CHROME_OS serial_number: 'S' chrome_os_attested_device_id: 'A'",
       Outcome::kSerialSetIncomplete, Outcome::kSerialSetIncomplete},
      {"ChromeOS by an IMEI alone names a device but does not register one",
       "device_type: DEVICE_TYPE_CHROME_OS imei: '490154203237518'", kFine,
       Outcome::kSerialSetIncomplete},
      {"a long attested id",
       "serial_number: 'S' model: 'N' chrome_os_attested_device_id: '" + LongName() + "'",
       Outcome::kInvalidAttestedId, Outcome::kInvalidAttestedId},
  };
}

TEST(IdentifyingSets, AreThoseOfTheGuide) {
  const auto outcome = [](const std::variant<Identity, Outcome>& parsed) {
    const auto* refused = std::get_if<Outcome>(&parsed);
    return refused == nullptr ? kFine : *refused;
  };
  for (const auto& rows : {ModemRows(), SerialRows(), ChromeOsRows()}) {
    for (const IdentifierRow& row : rows) {
      api::DeviceIdentifier identifier = Identifier(row.identifier);
      EXPECT_EQ(outcome(ParseIdentity(identifier, kStrict)), row.names) << row.reason;
      EXPECT_EQ(outcome(ParseAndCanonicalize(identifier, kStrict)), row.registers) << row.reason;
    }
  }
}

TEST(IdentifyingSets, LenientRules_AcceptWrongCheckDigits) {
  const api::DeviceIdentifier identifier = Identifier("imei: '490154203237519'");
  EXPECT_TRUE(std::holds_alternative<Outcome>(ParseIdentity(identifier, kStrict)));
  EXPECT_EQ(std::get<Identity>(ParseIdentity(identifier, kLenient)).modems[0], 490154203237519);
}

TEST(CanonicalForm, IsStored) {
  api::DeviceIdentifier identifier = Identifier(
      "imei: '49-015420-323751' imei2: ' ' meid: 'af0123450abcde' serial_number: ' S1 ' "
      "manufacturer: 'Google ' model: ' Pixel 8' device_type: DEVICE_TYPE_ANDROID");
  const Identity identity = std::get<Identity>(ParseAndCanonicalize(identifier, kStrict));
  EXPECT_EQ(identifier.SerializeAsString(),
            Identifier("imei: '490154203237518' meid: 'AF0123450ABCDE' serial_number: 'S1' "
                       "manufacturer: 'Google' model: 'Pixel 8' device_type: DEVICE_TYPE_ANDROID")
                .SerializeAsString());
  EXPECT_EQ(identity.serial, "S1");
  ASSERT_EQ(identity.modems.size(), 2);
  EXPECT_EQ(identity.modems[0], ModemKeyOfImei("490154203237518"));
  EXPECT_EQ(identity.modems[1], ModemKeyOfMeid("AF0123450ABCDE"));
}

// Invisible characters, and white space in a serial number, in every field.
TEST(InvisibleCharacters, AreRefusedAnywhere_AndNamed) {
  const struct {
    const char* identifier;
    Outcome outcome;
    const char* named;
  } rows[] = {
      {"serial_number: 'S\\342\\200\\2131' manufacturer: 'M' model: 'N'", Outcome::kInvalidSerial,
       "serialNumber has an invisible character inside, U+200B. Remove it."},
      {"serial_number: '\\357\\273\\277S1' manufacturer: 'M' model: 'N'", Outcome::kInvalidSerial,
       "serialNumber has an invisible character inside, U+FEFF. Remove it."},
      {"serial_number: 'S1' manufacturer: 'M\\342\\200\\213' model: 'N'",
       Outcome::kInvalidManufacturer,
       "manufacturer has an invisible character inside, U+200B. Remove it."},
      {"serial_number: 'S1' manufacturer: 'M' model: 'N\\tN'", Outcome::kInvalidModel,
       "model has an invisible character inside, U+0009. Remove it."},
      {"serial_number: 'S1' manufacturer: 'M' model: 'N\\302\\205N'", Outcome::kInvalidModel,
       "model has an invisible character inside, U+0085. Remove it."},
      {"serial_number: 'S' model: 'N' chrome_os_attested_device_id: 'A\\302\\255B'",
       Outcome::kInvalidAttestedId,
       "chromeOsAttestedDeviceId has an invisible character inside, U+00AD. Remove it."},
      {"imei: '490154203237518\\342\\200\\216'", Outcome::kInvalidImei,
       "imei has an invisible character inside, U+200E. Remove it."},
      {"meid: 'AF0123450ABCDE' meid2: 'AF012345\\0010ABCDF'", Outcome::kInvalidMeid,
       "meid2 has an invisible character inside, U+0001. Remove it."},
      {"serial_number: 'S 1' manufacturer: 'M' model: 'N'", Outcome::kInvalidSerial,
       "serialNumber has white space inside, U+0020. Remove it."},
      {"serial_number: 'S\\302\\2401' manufacturer: 'M' model: 'N'", Outcome::kInvalidSerial,
       "serialNumber has white space inside, U+00A0. Remove it."},
      {"imei: '1'", Outcome::kInvalidImei, ""},
  };
  for (const auto& row : rows) {
    api::DeviceIdentifier identifier = Identifier(row.identifier);
    for (const auto& parsed :
         {ParseIdentity(identifier, kStrict), ParseAndCanonicalize(identifier, kStrict)}) {
      ASSERT_TRUE(std::holds_alternative<Outcome>(parsed)) << row.identifier;
      EXPECT_EQ(std::get<Outcome>(parsed), row.outcome) << row.identifier;
    }
    EXPECT_EQ(DescribeInvisible(identifier, row.outcome), row.named);
  }
}

TEST(WhiteSpace, IsTrimmedAroundEveryField_AndOneSpaceInsideNames) {
  api::DeviceIdentifier identifier = Identifier(
      "imei: '\\302\\24049 015420\\343\\200\\200323751 8\\342\\200\\257' "
      "serial_number: '\\342\\200\\200S1\\r\\n' manufacturer: '\\302\\240Big \\302\\240 Maker\\t' "
      "model: 'Pixel\\342\\200\\2578'");
  const Identity identity = std::get<Identity>(ParseAndCanonicalize(identifier, kStrict));
  EXPECT_EQ(identifier.SerializeAsString(),
            Identifier("imei: '490154203237518' serial_number: 'S1' manufacturer: 'Big Maker' "
                       "model: 'Pixel 8'")
                .SerializeAsString());
  EXPECT_EQ(identity.serial, "S1");
  EXPECT_EQ(identity.serial_key,
            std::get<Identity>(ParseIdentity(Identifier("serial_number: 'S1' manufacturer: 'big "
                                                        "maker' model: 'PIXEL 8'"),
                                             kStrict))
                .serial_key);
}

TEST(WhiteSpace, Alone_IsABlankField) {
  const api::DeviceIdentifier identifier =
      Identifier("serial_number: '\\302\\240' imei: '\\343\\200\\200'");
  EXPECT_EQ(std::get<Outcome>(ParseIdentity(identifier, kStrict)), Outcome::kNoIdentifier);
}

TEST(CanonicalForm, RefusedIdentifiers_AreUnchanged) {
  api::DeviceIdentifier identifier = Identifier("imei: ' 1 ' model: ' N '");
  const std::string before = identifier.SerializeAsString();
  EXPECT_TRUE(std::holds_alternative<Outcome>(ParseAndCanonicalize(identifier, kStrict)));
  EXPECT_EQ(identifier.SerializeAsString(), before);
}

TEST(CanonicalForm, ParsedAgain_IsTheSame) {
  api::DeviceIdentifier once = Identifier(
      "imei: '4901542032375101' meid2: '293608736500703710' serial_number: 'S' "
      "manufacturer: 'M' model: 'N'");
  const Identity first = std::get<Identity>(ParseAndCanonicalize(once, kStrict));
  api::DeviceIdentifier twice = once;
  const Identity second = std::get<Identity>(ParseAndCanonicalize(twice, kStrict));
  EXPECT_EQ(twice.SerializeAsString(), once.SerializeAsString());
  EXPECT_EQ(first.modems, second.modems);
  EXPECT_EQ(first.serial_key, second.serial_key);
}

std::string SerialKey(const std::string& identifier) {
  return std::get<Identity>(ParseIdentity(Identifier(identifier), kStrict)).serial_key;
}

TEST(SerialKeys, AreEqual_ForSetsThatDifferOnlyInCase) {
  const std::string key = SerialKey("serial_number: 'S1' manufacturer: 'Google' model: 'Pixel'");
  EXPECT_EQ(SerialKey("serial_number: 's1' manufacturer: 'GOOGLE' model: 'pixel '"), key);
  EXPECT_EQ(SerialKey("imei: '490154203237518' serial_number: 'S1'"), "") << "no sufficient set";
  const std::string others[] = {
      "serial_number: 'S2' manufacturer: 'Google' model: 'Pixel'",
      "serial_number: 'S1' manufacturer: 'Other' model: 'Pixel'",
      "serial_number: 'S1' manufacturer: 'Google' model: 'Pixel 2'",
      "serial_number: 'S1G' manufacturer: 'oogle' model: 'Pixel'",
      "serial_number: 'S1' model: 'Google' chrome_os_attested_device_id: 'Pixel'",
  };
  for (const std::string& other : others) EXPECT_NE(SerialKey(other), key) << other;
}

}  // namespace
}  // namespace zerotouch
