// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <thread>

namespace zerotouch::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// Keeps the figures of one family, by their labels.
class Kept final : public Sink {
 public:
  explicit Kept(std::string name) : name_(std::move(name)) { Collect(*this); }
  void Declare(std::string_view name, std::string_view, Type type) override {
    if (name == name_) declared = type;
  }
  void Add(std::string_view name, std::string_view, Type, Labels labels, double value) override {
    if (name == name_) values[TextOf(labels)] = value;
  }
  void Add(std::string_view name, std::string_view, Labels labels,
           const Distribution& distribution) override {
    if (name == name_) distributions[TextOf(labels)] = distribution;
  }

  std::optional<Type> declared;
  std::map<std::string, double> values;
  std::map<std::string, Distribution> distributions;

 private:
  static std::string TextOf(Labels labels) {
    std::string text;
    for (const auto& [name, value] : labels) {
      text.append(text.empty() ? "" : ",").append(name).append("=").append(value);
    }
    return text;
  }

  const std::string name_;
};

TEST(Metrics, Family_HasOneFigureForEachCombinationOfValues) {
  Family<Counter> family({.name = "test_family", .help = "Help."},
                         {{"a", {"x", "y"}}, {"b", {"1", "2", "3"}}});
  family.At(0, 2).Add();
  family.At(1, 0).Add(5);
  EXPECT_THAT(Kept("test_family").values,
              ElementsAre(Pair("a=x,b=1", 0), Pair("a=x,b=2", 0), Pair("a=x,b=3", 1),
                          Pair("a=y,b=1", 5), Pair("a=y,b=2", 0), Pair("a=y,b=3", 0)));
}

TEST(Metrics, FamilyThatSkipsZeros_HasTheUsedFiguresOnly) {
  Family<Counter> family({.name = "test_zeros", .help = "Help.", .skips_zeros = true},
                         {{"a", {"x", "y"}}});
  family.At(1).Add();
  EXPECT_THAT(Kept("test_zeros").values, ElementsAre(Pair("a=y", 1)));
  const Family<Histogram> times({.name = "test_times", .help = "Help.", .skips_zeros = true},
                                {{"a", {"x", "y"}}});
  EXPECT_THAT(Kept("test_times").distributions, IsEmpty());
}

TEST(Metrics, FamilyWithoutFigures_IsDeclared) {
  const Family<Counter> counts({.name = "test_unused", .help = "Help.", .skips_zeros = true},
                               {{"a", {"x"}}});
  EXPECT_EQ(Kept("test_unused").declared, Type::kCounter);
  const Family<Histogram> times({.name = "test_unseen", .help = "Help.", .skips_zeros = true},
                                {{"a", {"x"}}});
  EXPECT_EQ(Kept("test_unseen").declared, Type::kHistogram);
  EXPECT_EQ(Kept("test_unknown").declared, std::nullopt);
}

TEST(Metrics, FamilyThatEnded_IsNotCollected) {
  { const Family<Counter> family({.name = "test_ended", .help = "Help."}, {}); }
  EXPECT_THAT(Kept("test_ended").values, IsEmpty());
}

TEST(Metrics, Histogram_CountsEachObservationInTheFirstBucketThatHoldsIt) {
  Family<Histogram> family({.name = "test_buckets", .help = "Help."}, {}, kBatchBounds);
  Histogram& histogram = family.At();
  histogram.Observe(absl::Milliseconds(10));  // the bound itself belongs to its bucket
  histogram.Observe(absl::Milliseconds(11));
  histogram.Observe(absl::Hours(3));
  const Distribution seen = Kept("test_buckets").distributions.at("");
  EXPECT_THAT(std::vector(seen.bounds.begin(), seen.bounds.end()),
              testing::ElementsAreArray(kBatchBounds));
  EXPECT_EQ(seen.counts.size(), kBatchBounds.size() + 1);
  EXPECT_EQ(seen.counts[0], 1U);
  EXPECT_EQ(seen.counts[1], 1U);
  EXPECT_EQ(seen.counts.back(), 1U);
  EXPECT_DOUBLE_EQ(seen.sum, 0.021 + 3 * 3600);
}

TEST(Metrics, AddsOfManyThreads_AreAllCounted) {
  Family<Counter> family({.name = "test_threads", .help = "Help."}, {});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) family.At().Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(family.At().value(), 40'000U);
}

}  // namespace
}  // namespace zerotouch::metrics
