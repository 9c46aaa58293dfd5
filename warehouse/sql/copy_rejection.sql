-- Grain: one page or post and one reason for which it gave no article, as it was first found.
insert into rejection by name
from warehouse.rejection
