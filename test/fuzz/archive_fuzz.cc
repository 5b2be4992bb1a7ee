// SPDX-License-Identifier: Apache-2.0
// Reads archives. A fuzzer cannot guess checksums, so its input is also read in
// blocks with valid checksums.

#include <algorithm>

#include "fuzz/input.h"
#include "store/archive/format.h"
#include "store/archive/reader.h"

namespace {

using namespace zerotouch::store::archive;  // NOLINT(google-build-using-namespace)
using zerotouch::test::Expect;

void ReadAll(std::string_view bytes) {
  const auto reader = Reader::Open("archive", [&](std::span<char> out) -> absl::StatusOr<size_t> {
    const size_t size = std::min(out.size(), bytes.size());
    std::copy_n(bytes.begin(), size, out.begin());
    bytes.remove_prefix(size);
    return size;
  });
  if (!reader.ok()) return;
  for (;;) {
    const auto row = (*reader)->Next();
    if (!row.ok()) return;
    if (*row == nullptr) break;
    Expect((*row)->values.size() == (*row)->table->columns.size(), "a value for each column");
    // Writing restores the input, except for numbers in more bytes than needed.
    std::string again;
    AppendRow(**row, again);
    std::vector<Value> values;
    std::string_view rest = again;
    Expect(TakeRow(*(*row)->table, kTablesVersion, rest, values) && rest.empty(),
           "a row can be read again");
    Expect(std::equal(values.begin(), values.end(), (*row)->values.begin()), "and is the same");
  }
  Expect(bytes.empty(), "nothing is left after the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = zerotouch::test::TextOf(data, size);
  ReadAll(text);
  if (size < 2) return 0;
  uint32_t chain = 0;
  std::string archive = EncodeHead({}, chain);
  const std::string_view rows = text.substr(2);
  archive += EncodeBlockHead({.table = data[0],
                              .rows = data[1],
                              .bytes = static_cast<uint32_t>(rows.size()),
                              .crc = CrcOf(rows)},
                             chain);
  archive += rows;
  ReadAll(archive);
  return 0;
}
