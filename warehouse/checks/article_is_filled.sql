-- severity: error
-- meaning: An article lacks what every article has: a text, or a title when it is not a post.
select
    content_sha256,
    article_id,
    url,
from content
where text is null or text = '' or (title is null and kind <> 'post')
order by article_id, content_sha256
