#pragma once
// The one-file executable (make dist) holds OpenSSL, whose tables of pointers are nine tenths of all that
// must be relocated when a position-independent program starts: 95 pages, 0.3 ms, which most CGI requests
// never use. There these tables are relocated when they are first needed. In the ordinary build all of this
// does nothing.
namespace base {

/// Relocates OpenSSL's tables now: for a process that stays, and before a second thread may use them.
void relocate_late_tables();

/// Relocates them when they are first touched. For a process of one thread.
void relocate_late_tables_when_touched();

}  // namespace base
