// SPDX-License-Identifier: Apache-2.0
// The only file that includes prometheus-cpp, whose headers take long to compile.
#include "wire/watch/prometheus_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "wire/watch/process_figures.h"

namespace zerotouch::wire {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType TypeOf(metrics::Type type) {
  switch (type) {
    case metrics::Type::kCounter:
      return MetricType::Counter;
    case metrics::Type::kGauge:
      return MetricType::Gauge;
    case metrics::Type::kHistogram:
      return MetricType::Histogram;
  }
  return MetricType::Untyped;
}

// Collects the figures by family.
class Families final : public metrics::Sink {
 public:
  void Declare(std::string_view name, std::string_view help, metrics::Type type) override {
    FamilyOf(name, help, type);
  }

  void Add(std::string_view name, std::string_view help, metrics::Type type, metrics::Labels labels,
           double value) override {
    ClientMetric& metric = NewIn(name, help, type, labels);
    if (type == metrics::Type::kCounter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }

  void Add(std::string_view name, std::string_view help, metrics::Labels labels,
           const metrics::Distribution& distribution) override {
    ClientMetric::Histogram& histogram =
        NewIn(name, help, metrics::Type::kHistogram, labels).histogram;
    histogram.sample_sum = distribution.sum;
    for (size_t i = 0; i < distribution.counts.size(); ++i) {
      histogram.sample_count += distribution.counts[i];
      histogram.bucket.push_back({.cumulative_count = histogram.sample_count,
                                  .upper_bound = i < distribution.bounds.size()
                                                     ? distribution.bounds[i]
                                                     : std::numeric_limits<double>::infinity()});
    }
  }

  std::vector<MetricFamily> Take() {
    std::vector<MetricFamily> families;
    for (auto& [name, family] : families_) families.push_back(std::move(family));
    return families;
  }

 private:
  MetricFamily& FamilyOf(std::string_view name, std::string_view help, metrics::Type type) {
    MetricFamily& family = families_[std::string(name)];
    if (family.name.empty()) {
      family.name = name;
      family.help = help;
      family.type = TypeOf(type);
    }
    return family;
  }

  ClientMetric& NewIn(std::string_view name, std::string_view help, metrics::Type type,
                      metrics::Labels labels) {
    ClientMetric& metric = FamilyOf(name, help, type).metric.emplace_back();
    for (const auto& [label, value] : labels) {
      metric.label.push_back({std::string(label), std::string(value)});
    }
    return metric;
  }

  std::map<std::string, MetricFamily> families_;
};

}  // namespace

std::string PrometheusText() {
  Families families;
  metrics::Collect(families);
  CollectProcess(families);
  return prometheus::TextSerializer().Serialize(families.Take());
}

}  // namespace zerotouch::wire
