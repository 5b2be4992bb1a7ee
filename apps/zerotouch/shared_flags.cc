// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/shared_flags.h"

namespace zerotouch::cli {

std::vector<Flag> Join(std::initializer_list<std::vector<Flag>> lists) {
  std::vector<Flag> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Flag> Identifiers() {
  return {{"imei", "IMEI", "IMEI of the device", "device_identifier.imei"},
          {"imei2", "IMEI", "IMEI of its second modem", "device_identifier.imei2"},
          {"meid", "MEID", "MEID of the device", "device_identifier.meid"},
          {"meid2", "MEID", "MEID of its second modem", "device_identifier.meid2"},
          {"serial,serial-number", "TEXT", "Serial number; also give manufacturer and model",
           "device_identifier.serial_number"},
          {"manufacturer", "TEXT", "Manufacturer", "device_identifier.manufacturer"},
          {"model", "TEXT", "Model", "device_identifier.model"},
          {"chrome-os-attested-device-id", "TEXT", "Attested id of a ChromeOS device",
           "device_identifier.chrome_os_attested_device_id"},
          {"device-type", "TYPE", "DEVICE_TYPE_ANDROID or DEVICE_TYPE_CHROME_OS",
           "device_identifier.device_type"}};
}

std::vector<Flag> DeviceId() {
  return {
      {"device-id", "ID", "Id of the device's record, instead of its identifiers", "device_id"}};
}

std::vector<Flag> File() {
  return {{"csv", "FILE", "CSV file of devices; - is standard input"},
          {"allow-multiline", "", "Accept rows with line breaks in quoted fields", "",
           Flag::Kind::kSwitch},
          {"results", "FILE", "Also write the result of each row to this CSV file"}};
}

std::vector<Flag> Batches() {
  return {{"batch-size", "N", "Maximum number of devices in one operation (default: 100000)"},
          {"async", "", "Do not wait: print the name of each operation and exit", "",
           Flag::Kind::kSwitch}};
}

Flag Section() {
  return {"section-type", "TYPE", "SECTION_TYPE_ZERO_TOUCH (default) or SECTION_TYPE_SIM_LOCK",
          "section_type"};
}

Flag Metadata() {
  return {"metadata,device-metadata", "KEY=VALUE",
          "Metadata, such as ordernumber=A-1; may be given several times",
          "device_metadata.entries", Flag::Kind::kMany};
}

Flag Data() {
  return {"data", "JSON", "The whole message as JSON, instead of flags; @FILE and - are read"};
}

Flag Limit() { return {"limit", "N", "Maximum number of rows (default: all)"}; }

Flag Results() { return {"results", "FILE", "Also write the result of each device to this file"}; }

Flag Preview() {
  return {"preview", "", "Only say what would happen, and change nothing", "", Flag::Kind::kSwitch};
}

}  // namespace zerotouch::cli
