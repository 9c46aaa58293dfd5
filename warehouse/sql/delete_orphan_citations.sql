-- Removes citations of contents that no record carries any more, so that the order of loading leaves no trace.
delete from content_citation
where content_sha256 not in (select content_sha256 from record where content_sha256 is not null)
