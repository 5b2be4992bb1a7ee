// SPDX-License-Identifier: Apache-2.0
#include "service/dpcs.h"

#include <memory>
#include <vector>

#include "base/status_macros.h"
#include "model/resource_name.h"
#include "store/store.h"

namespace zerotouch::service {

absl::StatusOr<api::CustomerListDpcsResponse> Dpcs::List(
    const auth::Authorized<auth::ReadsForCustomer>& caller, const api::CustomerListDpcsRequest&) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Dpc> dpcs, snapshot->ListDpcs());
  api::CustomerListDpcsResponse response;
  for (const store::Dpc& dpc : dpcs) {
    api::Dpc* out = response.add_dpcs();
    out->set_name(FormatDpcName(caller.right().customer, dpc.id));
    out->set_package_name(dpc.package_name);
    out->set_dpc_name(dpc.title);
  }
  return response;
}

}  // namespace zerotouch::service
