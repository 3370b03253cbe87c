"""The life of a disruption: revisions, timeline, notices, words, approvals, promises, alarms."""
