"""A publication of one's own: `gongbao new`.

Way in: `start_publication`. Copies the workbooks, pages and national definitions that come with the
package, writes the chosen regions and an empty submission for each. May not overwrite anything.

`county_codes.csv`: county, city and province codes of 2023-06-30 as published by the National Bureau
of Statistics (国家统计局统计用区划代码), in the compilation under the WTFPL licence.
"""

from gongbao.starting.new import Started, StartError, start_publication

__all__ = ["StartError", "Started", "start_publication"]
