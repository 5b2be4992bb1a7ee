// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_WATCH_PROMETHEUS_TEXT_H_
#define ZEROTOUCH_WIRE_WATCH_PROMETHEUS_TEXT_H_

#include <string>

namespace zerotouch::wire {

// The media type of PrometheusText.
inline constexpr char kPrometheusType[] = "text/plain; version=0.0.4; charset=utf-8";

// Returns all figures of the process in Prometheus' text format, with those that every
// program has (`process_*`). May wait for the store. Thread-safe.
std::string PrometheusText();

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_WATCH_PROMETHEUS_TEXT_H_
