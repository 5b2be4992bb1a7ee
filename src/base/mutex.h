// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_MUTEX_H_
#define ZEROTOUCH_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

// Clang checks which mutex guards what (`make thread-safety`); other compilers
// ignore these. https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#if defined(__clang__)
#define ZT_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ZT_THREAD_ANNOTATION(x)
#endif

// The field is read and written only while `mutex` is held.
#define ZT_GUARDED_BY(mutex) ZT_THREAD_ANNOTATION(guarded_by(mutex))
// The caller of this function holds `mutex`.
#define ZT_REQUIRES(...) ZT_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
// The caller of this function does not hold `mutex`, because it locks it.
#define ZT_EXCLUDES(...) ZT_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
// The analysis does not follow this function. Say why beside it.
#define ZT_NO_THREAD_SAFETY_ANALYSIS ZT_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace zerotouch {

// A std::mutex that Clang's analysis knows. (absl::Mutex would do, but the
// packaged Abseil is not built for ThreadSanitizer, which then reports false
// races.)
class ZT_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ZT_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void Unlock() ZT_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Locks a mutex while it lives, and waits for changes to what the mutex guards.
class ZT_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ZT_THREAD_ANNOTATION(acquire_capability(mutex))
      : lock_(mutex.mutex_) {}
  ~MutexLock() ZT_THREAD_ANNOTATION(release_capability()) = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Unlocks before the end of the scope, and locks again.
  void Unlock() ZT_THREAD_ANNOTATION(release_capability()) { lock_.unlock(); }
  void Lock() ZT_THREAD_ANNOTATION(acquire_capability()) { lock_.lock(); }

  // Waits until `changed` is notified, or for no reason. The mutex is unlocked
  // meanwhile. Use it in a loop that checks the condition.
  void Wait(std::condition_variable& changed) { changed.wait(lock_); }
  // The same, at most until `deadline`. Returns false once that has passed.
  template <class Clock, class Duration>
  bool WaitUntil(std::condition_variable& changed,
                 const std::chrono::time_point<Clock, Duration>& deadline) {
    return changed.wait_until(lock_, deadline) == std::cv_status::no_timeout;
  }
  // The same, at most for `time`.
  template <class Rep, class Period>
  bool WaitFor(std::condition_variable& changed, const std::chrono::duration<Rep, Period>& time) {
    return changed.wait_for(lock_, time) == std::cv_status::no_timeout;
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

// A std::shared_mutex that Clang's analysis knows.
class ZT_THREAD_ANNOTATION(capability("mutex")) SharedMutex {
 public:
  SharedMutex() = default;
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

 private:
  friend class ReaderLock;
  friend class WriterLock;
  std::shared_mutex mutex_;
};

// Locks a shared mutex while it lives. Other readers can hold it too.
class ZT_THREAD_ANNOTATION(scoped_lockable) ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) ZT_THREAD_ANNOTATION(acquire_shared_capability(mutex))
      : lock_(mutex.mutex_) {}
  ~ReaderLock() ZT_THREAD_ANNOTATION(release_capability()) = default;
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

// Locks a shared mutex while it lives. Nobody else can hold it.
class ZT_THREAD_ANNOTATION(scoped_lockable) WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) ZT_THREAD_ANNOTATION(acquire_capability(mutex))
      : lock_(mutex.mutex_) {}
  ~WriterLock() ZT_THREAD_ANNOTATION(release_capability()) = default;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  std::unique_lock<std::shared_mutex> lock_;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_MUTEX_H_
