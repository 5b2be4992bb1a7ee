// SPDX-License-Identifier: Apache-2.0
#include "http/http.h"

#include <algorithm>
#include <exception>
#include <new>

#include "base/ascii.h"
#include "base/log.h"

namespace zerotouch::http {
namespace {

// Renders a fault, or returns an answer without a body if memory is used up.
Response SafelyRendered(Handler& handler, const Fault& fault, const Request& request) {
  try {
    return handler.RenderFault(fault, request);
  } catch (const std::exception&) {
    Response response;
    response.status = 503;
    return response;
  }
}

}  // namespace

void Headers::Add(std::string_view name, std::string_view value) {
  // Room for a typical head.
  if (places_.empty()) {
    text_.reserve(256);
    places_.reserve(8);
  }
  places_.push_back({.begin = static_cast<uint32_t>(text_.size()),
                     .name_bytes = static_cast<uint32_t>(name.size()),
                     .value_bytes = static_cast<uint32_t>(value.size())});
  text_.append(name).append(value);
}

void Headers::Set(std::string_view name, std::string_view value) {
  std::erase_if(places_,
                [&](const Place& place) { return EqualIgnoringCase(NameOf(place), name); });
  Add(name, value);
}

std::string_view Headers::Get(std::string_view name) const {
  const Place* const place = Find(name);
  return place == nullptr ? std::string_view() : ValueOf(*place);
}

bool Headers::Has(std::string_view name) const { return Find(name) != nullptr; }

const Headers::Place* Headers::Find(std::string_view name) const {
  const auto place = std::find_if(places_.begin(), places_.end(), [&](const Place& each) {
    return EqualIgnoringCase(NameOf(each), name);
  });
  return place == places_.end() ? nullptr : &*place;
}

void Handler::Serve(Request request, Executors& executors, Done done) {
  executors.Post([this, request = std::move(request), done = std::move(done)]() mutable {
    std::move(done)(HandleSafely(request));
  });
}

Response Handler::HandleSafely(Request& request) {
  try {
    return Handle(request);
  } catch (const std::bad_alloc&) {
    return SafelyRendered(*this, TooBusy("memory"), request);
  } catch (const std::exception& error) {
    log::Error("a request failed unexpectedly", {{"error", error.what()}});
    return SafelyRendered(*this, Internal(), request);
  }
}

}  // namespace zerotouch::http
