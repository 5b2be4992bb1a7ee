// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/generate.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <span>
#include <string_view>

#include "base/status_text.h"
#include "model/identity.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {
namespace {

constexpr char kHeader[] =
    "modemtype,modemid,modemtype2,modemid2,serial,model,manufacturer,profiletype,owner\n";
constexpr int64_t kOrderRows = 40;
constexpr size_t kPieceBytes = size_t{64} << 10;

struct Model {
  std::string_view manufacturer, model;
  std::string_view prefix;  // of IMEIs (type allocation code), MEIDs or serial numbers
};

constexpr Model kPhones[] = {
    {"Google", "Pixel 8", "35574311"},          {"Google", "Pixel 8a", "35190821"},
    {"Google", "Pixel 9", "35824519"},          {"samsung", "SM-A556B", "35072468"},
    {"samsung", "SM-S921B", "35460917"},        {"samsung", "SM-G556B", "35339214"},
    {"motorola", "moto g54 5G", "35913205"},    {"motorola", "ThinkPhone", "35281730"},
    {"Xiaomi", "2312DRA50G", "86510206"},       {"HMD Global", "Nokia XR21", "35408612"},
    {"Zebra Technologies", "TC58", "35125409"}, {"Honeywell", "CT45", "35627110"},
};
constexpr Model kMeidPhones[] = {
    {"motorola", "moto g(7) play", "A1000017"},
    {"LGE", "LM-X420", "A1000054"},
    {"Kyocera", "E6910", "A100002F"},
};
constexpr Model kTablets[] = {
    {"Lenovo", "TB310FU", "HA1"},
    {"samsung", "SM-X200", "R9W"},
    {"Zebra Technologies", "ET40", "232"},
    {"Honeywell", "EDA10A", "241"},
};

// Pseudo-random numbers, the same on every machine (splitmix64).
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Below(uint64_t bound) {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % bound;
  }

 private:
  uint64_t state_;
};

// Yields every number below `size` once, in a scattered order. `size` is a
// product of 2, 3 and 5.
class Numbers {
 public:
  Numbers(uint64_t size, Dice& dice) : size_(size), next_(dice.Below(size)) {}
  uint64_t Next() {
    next_ = (next_ + kStep) % size_;
    return next_;
  }

 private:
  static constexpr uint64_t kStep = 618'033'989;  // coprime to `size`, so it visits every number
  const uint64_t size_;
  uint64_t next_;
};

enum class Kind { kImei, kDualImei, kMeidHex, kMeidDecimal, kSerial };

Kind PickKind(Dice& dice) {
  const uint64_t percent = dice.Below(100);
  if (percent < 55) return Kind::kImei;
  if (percent < 80) return Kind::kDualImei;
  if (percent < 84) return Kind::kMeidHex;
  return percent < 87 ? Kind::kMeidDecimal : Kind::kSerial;
}

struct Row {
  std::string modem_type, modem_id, modem_type2, modem_id2, serial;
  std::string_view model, manufacturer;
  int64_t owner = 0;
};

class Generator {
 public:
  explicit Generator(const GenerateOptions& options)
      : options_(options),
        dice_(options.seed),
        phones_(kPerPrefix * std::size(kPhones), dice_),
        meid_phones_(kPerPrefix * std::size(kMeidPhones), dice_),
        tablets_(kPerPrefix * std::size(kTablets), dice_) {}

  Row Next(int64_t index) {
    Row row;
    row.owner = options_.owners[static_cast<size_t>(index / kOrderRows) % options_.owners.size()];
    const Kind kind = PickKind(dice_);
    switch (kind) {
      case Kind::kImei:
      case Kind::kDualImei:
        AddImeis(kind == Kind::kDualImei, row);
        break;
      case Kind::kMeidHex:
      case Kind::kMeidDecimal:
        AddMeid(kind == Kind::kMeidDecimal, row);
        break;
      case Kind::kSerial:
        AddSerial(row);
        break;
    }
    return row;
  }

 private:
  // Devices for each prefix. An IMEI has six more digits; a device takes two IMEIs.
  static constexpr uint64_t kPerPrefix = 500'000;

  // Picks a device of one of `models`; returns its number within the prefix.
  static uint64_t Take(Numbers& numbers, std::span<const Model> models, Row& row,
                       std::string& prefix) {
    const uint64_t number = numbers.Next();
    const Model& model = models[number / kPerPrefix];
    row.model = model.model;
    row.manufacturer = model.manufacturer;
    prefix = model.prefix;
    return number % kPerPrefix;
  }

  static std::string Imei(std::string_view prefix, uint64_t serial) {
    std::string imei = fmt::format("{}{:06}", prefix, serial);
    imei += LuhnDigit(imei);
    return imei;
  }

  void AddImeis(bool dual, Row& row) {
    std::string prefix;
    const uint64_t number = Take(phones_, kPhones, row, prefix);
    row.modem_type = "IMEI";
    row.modem_id = Imei(prefix, 2 * number);
    if (!dual) return;
    row.modem_type2 = "IMEI";
    row.modem_id2 = Imei(prefix, 2 * number + 1);
  }

  void AddMeid(bool decimal, Row& row) {
    std::string prefix;
    const uint64_t number = Take(meid_phones_, kMeidPhones, row, prefix);
    row.modem_type = "MEID";
    // Decimal form: ten digits for the first 32 bits, eight for the other 24.
    row.modem_id = decimal ? fmt::format("{:010}{:08}", std::stoul(prefix, nullptr, 16), number)
                           : fmt::format("{}{:06X}", prefix, number);
  }

  void AddSerial(Row& row) {
    std::string prefix;
    const uint64_t number = Take(tablets_, kTablets, row, prefix);
    row.serial = fmt::format("{}{:08X}", prefix, 0x10000000 + number);
  }

  const GenerateOptions& options_;
  Dice dice_;
  Numbers phones_, meid_phones_, tablets_;
};

// Makes the row invalid; `turn` picks how.
void Spoil(int64_t turn, Row& row) {
  constexpr int64_t kNoCustomer = 1;
  if (turn % 4 == 0) {
    row.owner = kNoCustomer;
  } else if (!row.serial.empty()) {
    row.model = {};
  } else if (row.modem_type == "IMEI") {
    char& check = row.modem_id.back();
    check = check == '9' ? '0' : static_cast<char>(check + 1);
  } else {
    row.modem_id.pop_back();
  }
}

}  // namespace

int64_t GenerateCsv(const GenerateOptions& options,
                    const std::function<void(const std::string&)>& write) {
  Generator generator(options);
  std::string piece = kHeader;
  int64_t wrong = 0;
  for (int64_t i = 0; i < options.count; ++i) {
    Row row = generator.Next(i);
    // Spreads the invalid rows evenly, and makes exactly as many as requested.
    const auto wrong_by_now =
        static_cast<int64_t>(static_cast<double>(i + 1) * options.wrong_percent / 100);
    if (wrong_by_now > wrong) Spoil(wrong++, row);
    fmt::format_to(std::back_inserter(piece), "{},{},{},{},{},{},{},ZERO_TOUCH,{}\n",
                   row.modem_type, row.modem_id, row.modem_type2, row.modem_id2, row.serial,
                   row.model, row.manufacturer, row.owner);
    if (piece.size() >= kPieceBytes) {
      write(piece);
      piece.clear();
    }
  }
  write(piece);
  return wrong;
}

ExitCode RunGenerate(const Invocation& invocation) {
  GenerateOptions options;
  if (invocation.Has("count")) options.count = invocation.Number("count");
  if (invocation.Has("seed")) options.seed = static_cast<uint64_t>(invocation.Number("seed"));
  if (invocation.Has("wrong"))
    options.wrong_percent = std::strtod(invocation.Get("wrong").c_str(), nullptr);
  const auto owners = invocation.values.find("owner");
  if (owners == invocation.values.end()) {
    PrintError("no owner; give customer ids by --owner ID,...");
    return kUsage;
  }
  for (const std::string& owner : owners->second) options.owners.push_back(std::stoll(owner));
  const int64_t wrong = GenerateCsv(options, Print);
  const absl::Status written = EndOutput();
  if (!written.ok()) PrintError(MessageOf(written));
  fmt::print(stderr, "{} devices, {} of them wrong on purpose\n", options.count, wrong);
  return written.ok() ? kDone : kUsage;
}

}  // namespace zerotouch::cli
