// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_METRICS_H_
#define ZEROTOUCH_BASE_METRICS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

// The figures that a server counts about itself. They are counted where they happen,
// by adding to an atomic number, and read when somebody asks for them
// (src/wire/watch writes them for Prometheus). All values of all labels are fixed
// when a family is made, so no caller can add to the number of figures.
namespace zerotouch::metrics {

enum class Type { kCounter, kGauge, kHistogram };

// A label of a figure: its name and its value.
using Label = std::pair<std::string_view, std::string_view>;
using Labels = std::span<const Label>;

// The figures of a histogram at one moment.
struct Distribution {
  std::span<const double> bounds;  // upper bounds of the buckets, in seconds, ascending
  std::vector<uint64_t> counts;    // observations in each bucket, and above the last bound
  double sum = 0;                  // of all observations, in seconds
};

// Takes the figures. Families with one name belong together.
class Sink {
 public:
  virtual ~Sink() = default;
  // Makes a family known, which may have no figures yet.
  virtual void Declare(std::string_view name, std::string_view help, Type type) = 0;
  virtual void Add(std::string_view name, std::string_view help, Type type, Labels labels,
                   double value) = 0;
  virtual void Add(std::string_view name, std::string_view help, Labels labels,
                   const Distribution& distribution) = 0;
};

// Makes `collect` part of what Collect calls while it lives.
class Registration {
 public:
  explicit Registration(std::function<void(Sink&)> collect);
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  const size_t id_;
};

// Passes all figures of the process to `sink`. Thread-safe.
void Collect(Sink& sink);

// Counts events. Thread-safe.
class Counter {
 public:
  static constexpr Type kType = Type::kCounter;

  void Add(uint64_t events = 1) { value_.fetch_add(events, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

// The upper bounds of buckets, in seconds: for calls, and for batches.
inline constexpr std::array<double, 15> kCallBounds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
inline constexpr std::array<double, 15> kBatchBounds = {0.01, 0.05, 0.1, 0.25, 0.5, 1,    2.5, 5,
                                                        10,   30,   60,  300,  900, 1800, 7200};

// Counts durations by their size. Thread-safe.
class Histogram {
 public:
  static constexpr Type kType = Type::kHistogram;
  static constexpr size_t kBuckets = kCallBounds.size() + 1;

  // Uses kCallBounds unless told otherwise, before the first observation.
  void SetBounds(std::span<const double, kBuckets - 1> bounds) { bounds_ = bounds.data(); }
  void Observe(absl::Duration duration);
  bool empty() const { return Read().empty; }
  Distribution distribution() const { return Read().distribution; }

 private:
  struct Reading {
    Distribution distribution;
    bool empty = true;
  };
  Reading Read() const;

  const double* bounds_ = kCallBounds.data();
  std::array<std::atomic<uint64_t>, kBuckets> counts_ = {};
  std::atomic<uint64_t> nanoseconds_ = 0;
};

// A label and all the values that it can have.
struct Dimension {
  std::string name;
  std::vector<std::string> values;
};

// The names and the dimensions of a family. The names live as long as the program.
struct FamilyText {
  const char* name;
  const char* help;
  // Figures that are 0 are left out: for families of which few figures are ever used.
  bool skips_zeros = false;
};

// Holds the figures of a family, one for each combination of the values of its
// labels, and registers them. Thread-safe.
template <class Figure>
class Family {
 public:
  Family(const FamilyText& text, std::vector<Dimension> dimensions)
      : text_(text), dimensions_(std::move(dimensions)), figures_(Count()) {}
  Family(const FamilyText& text, std::vector<Dimension> dimensions,
         std::span<const double, Histogram::kBuckets - 1> bounds)
      : Family(text, std::move(dimensions)) {
    for (Figure& figure : figures_) figure.SetBounds(bounds);
  }

  // Returns the figure of these values, each the index of a value of its label, which
  // must exist.
  template <class... Index>
  Figure& At(Index... indexes) {
    size_t at = 0;
    size_t dimension = 0;
    ((at = at * dimensions_[dimension++].values.size() + static_cast<size_t>(indexes)), ...);
    return figures_[at];
  }

 private:
  size_t Count() const {
    size_t count = 1;
    for (const Dimension& dimension : dimensions_) count *= dimension.values.size();
    return count;
  }

  void CollectTo(Sink& sink) const {
    sink.Declare(text_.name, text_.help, Figure::kType);
    std::vector<Label> labels(dimensions_.size());
    for (size_t at = 0; at < figures_.size(); ++at) {
      size_t rest = at;
      for (size_t i = dimensions_.size(); i-- > 0;) {
        const std::vector<std::string>& values = dimensions_[i].values;
        labels[i] = {dimensions_[i].name, values[rest % values.size()]};
        rest /= values.size();
      }
      Pass(figures_[at], labels, sink);
    }
  }

  void Pass(const Counter& counter, Labels labels, Sink& sink) const {
    const uint64_t value = counter.value();
    if (value == 0 && text_.skips_zeros) return;
    sink.Add(text_.name, text_.help, Type::kCounter, labels, static_cast<double>(value));
  }
  void Pass(const Histogram& histogram, Labels labels, Sink& sink) const {
    if (text_.skips_zeros && histogram.empty()) return;
    sink.Add(text_.name, text_.help, labels, histogram.distribution());
  }

  const FamilyText text_;
  const std::vector<Dimension> dimensions_;
  std::vector<Figure> figures_;  // never resized: its elements do not move
  const Registration registration_{[this](Sink& sink) { CollectTo(sink); }};
};

// Observes the time from its construction to its end.
class Timer {
 public:
  explicit Timer(Histogram& histogram);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Histogram& histogram_;
  const absl::Duration begun_;
};

// Passes on a value of zerotouch_memory_held_bytes, to which several parts of the
// server add.
void AddHeldBytes(std::string_view what, uint64_t bytes, Sink& sink);

// Returns the time since an arbitrary instant, at the pace of real time.
absl::Duration SteadyNow();

}  // namespace zerotouch::metrics

#endif  // ZEROTOUCH_BASE_METRICS_H_
