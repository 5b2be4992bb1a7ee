// SPDX-License-Identifier: Apache-2.0
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.json.GenericJson;
import java.util.Collection;
import java.util.Map;

/** Runs checks, and counts those that fail. */
final class Check {
  private int failures;

  interface Code {
    void run() throws Exception;
  }

  interface Answer {
    void check(GenericJson answer) throws Exception;
  }

  /** The call of this method is answered, and the answer is what `answer` wants. */
  void answers(String method, Provisioning.Call call, Answer answer) {
    that(method, () -> answer.check(call.execute()));
  }

  /** The call of this method ends with this typed error, whose details hold `text`. */
  void refuses(String method, int code, String text, Provisioning.Call call) {
    that(method, () -> isRefused(code, text, call));
  }

  /** Whether the code ends without a complaint. */
  boolean that(String what, Code code) {
    try {
      code.run();
      return true;
    } catch (Exception | AssertionError e) {
      failures++;
      System.err.printf("FAILED %s: %s%n", what, e);
      return false;
    }
  }

  static void isRefused(int code, String text, Provisioning.Call call) throws Exception {
    try {
      call.execute();
    } catch (GoogleJsonResponseException e) {
      expect(e.getStatusCode() == code, e.toString());
      // The JDK drops the body of a 401 to a streamed request.
      expect(e.getDetails() != null, "no details: " + e);
      expect(!e.getDetails().getMessage().isEmpty(), "no message: " + e);
      expect(e.getContent().contains(text), "no " + text + " in " + e.getContent());
      return;
    }
    throw new AssertionError("it was answered");
  }

  static void expect(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  static void equal(Object wanted, Object got) {
    expect(wanted.equals(got), "wanted " + wanted + ", got " + got);
  }

  /** The value at this path of field names and list positions; null if there is none. */
  static Object at(Object json, Object... path) {
    for (Object step : path) {
      if (json instanceof Map) {
        json = ((Map<?, ?>) json).get(step);
      } else if (json instanceof Collection) {
        json = ((Collection<?>) json).toArray()[(Integer) step];
      } else {
        return null;
      }
    }
    return json;
  }

  static int count(Object json, Object... path) {
    Object found = at(json, path);
    return found == null ? 0 : ((Collection<?>) found).size();
  }

  int failures() {
    return failures;
  }
}
