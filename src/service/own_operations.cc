// SPDX-License-Identifier: Apache-2.0
#include "service/own_operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/listing.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

// Parses `done=true` or `done=false`, ignoring spaces. Returns nullopt for an empty
// filter.
absl::StatusOr<std::optional<bool>> ReadFilter(const std::string& filter) {
  std::string text;
  std::copy_if(filter.begin(), filter.end(), std::back_inserter(text),
               [](char c) { return c != ' '; });
  if (text.empty()) return std::nullopt;
  if (text == "done=true") return true;
  if (text == "done=false") return false;
  return errors::InvalidParameter("filter", "use done=true or done=false, or leave it out");
}

}  // namespace

absl::StatusOr<store::OperationHead> FindOwnOperation(store::OperationReads& reads,
                                                      PartnerId partner, const std::string& name) {
  const std::optional<OperationId> id = ParseOperationName(name);
  if (!id.has_value()) return errors::UnknownOperation();
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> head, reads.FindOperation(*id));
  if (!head.has_value() || head->partner != partner) return errors::UnknownOperation();
  return *head;
}

absl::StatusOr<OwnOperations> ListOwnOperations(store::Store& store, PartnerId partner,
                                                int32_t page_size, const std::string& page_token,
                                                const std::string& filter) {
  ZT_ASSIGN_OR_RETURN(const int64_t size,
                      PageSize(page_size, limits::kOperationsPageDefault, limits::kOperationsPage));
  ZT_ASSIGN_OR_RETURN(const std::optional<bool> done, ReadFilter(filter));
  ZT_ASSIGN_OR_RETURN(Listing listing,
                      Listing::Open(store,
                                    fmt::format("operations.list {} {}", partner.value(),
                                                !done.has_value() ? "all"
                                                : *done           ? "done"
                                                                  : "not done"),
                                    page_token));
  ZT_ASSIGN_OR_RETURN(store::Page<store::OperationHead> page,
                      listing.snapshot().ListOperations(partner, done, listing.after(), size));
  OwnOperations operations;
  if (page.more) operations.next_page_token = listing.TokenAfter(page.rows.back().number);
  operations.heads = std::move(page.rows);
  return operations;
}

}  // namespace zerotouch::service
