"""The tables an office keeps: their columns, labels, units and rules (domain.md C1–C18).

This is the only place that says what a column is called in Chinese, what it may hold and what it
means. The template, the reader, the checks and the data dictionary are all made from it.
"""

from __future__ import annotations

from gongbao.data.columns import (
    AREAS,
    MISSING,
    NOTE,
    QUALIFIERS,
    REGION,
    SCHOOL_STAGES,
    SCHOOL_TYPES,
    SOURCE,
    STAGES,
    STATISTICS,
    YEAR,
    Column,
    Table,
    amount,
    count,
)
from gongbao.data.work import WORK_TABLES

REGIONS = Table(
    "regions",
    "区划",
    "shared",
    ("region_code", "valid_from"),
    (
        Column("region_code", "行政区划代码", "code", "6位代码", required=True),
        Column("valid_from", "启用年份", "year", "该代码、名称从哪一年起有效；不详留空"),
        Column("valid_to", "停用年份", "year", "最后有效的一年；仍有效留空"),
        Column("region_name", "名称", required=True),
        Column("parent_code", "上级代码", "code", "上级区划的6位代码"),
        Column("level", "级别", "enum", choices=("省", "市", "县", "乡镇", "片区"), required=True),
        Column("office_name", "督导机构"),
        Column("doc_prefix", "机关代字"),
        Column(
            "former_code",
            "前身代码",
            "code",
            "改用新代码的区划填原来的代码：历年数据由此连续；分出、合并的不填",
            refers="regions.region_code",
        ),
        Column(
            "kind", "类别", help="同类的县放在一起比较：如市辖区、县级市、县，或本地划分的山区县；不分留空"
        ),
        Column(
            "tile_row", "方格行", "count", "方格图里在本市的第几行；留空则按代码排列", minimum=1, maximum=12
        ),
        Column(
            "tile_column", "方格列", "count", "方格图里在本市的第几列；与方格行一起填", minimum=1, maximum=12
        ),
    ),
)

SCHOOLS = Table(
    "schools",
    "学校",
    "submission",
    ("year", "school_id"),
    (
        YEAR,
        REGION,
        Column(
            "school_id",
            "学校标识码",
            "code",
            "全国统一的学校（机构）标识码，或本县自编且不变的代码",
            required=True,
        ),
        Column("zone_id", "责任区", "code", "督学责任区编号"),
        Column("school_name", "学校名称", required=True),
        Column("stage", "学校类别", "enum", "学校办学类型", required=True, choices=SCHOOL_TYPES),
        Column("ownership", "办学性质", "enum", choices=("公办", "普惠民办", "民办"), required=True),
        Column("urban_rural", "城乡类型", "enum", choices=("城区", "镇区", "乡村")),
        Column("boarding", "寄宿制", "flag"),
        Column("built_year", "建校年份", "year", minimum=1800, maximum=2100),
        Column("dense_centre", "中心城区", "flag", "用地紧张的中心城区学校"),
        Column("publish_name", "可公开校名", "flag", "填“是”才会在公报中列出校名和校级数值", required=True),
    ),
    help="本县（区）所有学校，一校一行",
)

SCHOOL_YEAR = Table(
    "school_year",
    "学校年度",
    "submission",
    ("year", "school_id", "stage"),
    (
        YEAR,
        REGION,
        Column(
            "school_id", "学校标识码", "code", "与“学校”表一致", required=True, refers="schools.school_id"
        ),
        Column(
            "stage",
            "学段",
            "enum",
            "小学、初中、高中分行填；一贯制学校的共用资源（面积、设备、教室、计算机、图书）只在“全校”行填一次",
            required=True,
            choices=SCHOOL_STAGES,
        ),
        count("students", "学生数", "学年初在校生"),
        count("classes", "班级数", unit="个"),
        count("cls_le45", "45人及以下班数", unit="个"),
        count("cls_46_50", "46至50人班数", unit="个"),
        count("cls_51_55", "51至55人班数", unit="个"),
        count("cls_56plus", "56人及以上班数", unit="个"),
        count("teachers", "专任教师数"),
        count("t_above_edu", "高于规定学历教师数", "小学：专科及以上；初中：本科及以上"),
        count("t_backbone", "县级以上骨干教师数", "县级及以上骨干教师"),
        count(
            "t_pe_art",
            "体育艺术专任教师数",
            "体育、音乐、美术（艺术）专任教师；乡村小规模学校可计走教、兼职、轮岗",
        ),
        count("t_mid_senior", "中级及以上职称教师数", "中级及以上专业技术职务教师"),
        count("t_cert", "持证教师数", "持有相应教师资格证"),
        amount("teach_area", "教学及辅助用房面积", "含室内体育用房的总面积", "平方米"),
        amount("indoor_pe_area", "室内体育用房面积", "上一列中的室内体育用房", "平方米"),
        amount("sports_area", "室外体育场地面积", "校内体育场地", "平方米"),
        amount("equip_value", "教学仪器设备值", "账面原值", "元"),
        count("multimedia_rooms", "网络多媒体教室数", unit="间"),
        count("computers", "教学用计算机台数", unit="台"),
        count("books", "图书册数", unit="册"),
        count("music_rooms_ok", "达标音乐教室数", unit="间"),
        count("art_rooms_ok", "达标美术教室数", unit="间"),
        count("migrant", "随迁子女数"),
        amount("public_fund_budget", "公用经费预算", "年度公用经费预算总额", "元"),
        amount("training_fund", "教师培训经费", "其中用于教师培训", "元"),
        SOURCE,
    ),
    help="每校每学段一行；没有的留空，0 表示确实为零",
)

INDICATORS = Table(
    "indicators",
    "指标",
    "shared",
    ("indicator_id",),
    (
        Column("indicator_id", "指标代码", "code", required=True),
        Column("area_id", "指标领域", "enum", choices=tuple(AREAS), required=True),
        Column("topic", "主题", help="领域内的分组"),
        Column("name_zh", "指标名称", required=True),
        Column("short_zh", "简称", help="图里用的短名；留空则用指标名称"),
        Column("stage", "适用学段", "enums", choices=STAGES, required=True),
        Column("statistics", "统计量", "enums", "除数值外还接受哪些统计量", choices=STATISTICS),
        Column("unit", "单位", required=True),
        Column("decimals", "小数位数", "count", minimum=0, maximum=6),
        Column("direction", "方向", "enum", choices=("up", "down", "band", "none"), required=True),
        Column("kind", "类型", "enum", choices=("amount", "rate", "ratio", "count"), required=True),
        Column("formula", "计算方法"),
        Column("numerator", "分子"),
        Column("denominator", "分母"),
        Column("denominator_basis", "分母口径"),
        Column("part_of", "所属合计", "code", "本指标是哪个指标的一部分；各部分相加应等于合计"),
        Column(
            "period_type", "时期", "enum", choices=("年", "学年", "学期", "半年", "旬", "时点"), required=True
        ),
        Column("standard", "标准", "code", help="所属标准：basic_2012、quality_2017 等"),
        Column("publish", "公开属性", "enum", choices=("public", "internal"), required=True),
        Column(
            "min_n", "最小公布数", "count", "小于它（且大于0）的人数不公布，印作“<5”；比率则要求分母不小于它"
        ),
        Column(
            "listed", "列入填报表", "flag", "填“否”的不预先列在空白填报表里（上年报过的县仍会列）；留空即列入"
        ),
        Column("definition", "指标解释"),
        Column("source_id", "依据", "code", refers="sources.source_id"),
    ),
)

TARGETS = Table(
    "targets",
    "标准值",
    "shared",
    ("indicator_id", "statistic", "region_code", "stage", "valid_from"),
    (
        Column("indicator_id", "指标代码", "code", required=True, refers="indicators.indicator_id"),
        Column("statistic", "统计量", "enum", choices=STATISTICS, required=True),
        Column("region_code", "适用区划", "code", "6位代码；* 表示全国", required=True),
        Column("stage", "学段", "enum", choices=STAGES, required=True),
        Column("valid_from", "启用年份", "year", required=True),
        Column("valid_to", "停用年份", "year"),
        Column("op", "比较", "enum", choices=(">=", "<=", "="), required=True),
        Column("value", "标准值", "number", required=True),
        Column("basic_value", "基本达标值", "number"),
        Column("source_id", "依据", "code", refers="sources.source_id"),
        Column("confirmed", "已核实", "flag", "规则的依据尚未核实的填“否”：照印数值，但注明待核实，不作结论"),
        Column("note", "说明"),
    ),
)

INDICATOR_VALUES = Table(
    "indicator_values",
    "指标数据",
    "submission",
    ("region_code", "year", "period", "stage", "indicator_id", "statistic"),
    (
        REGION,
        YEAR,
        Column("indicator_id", "指标代码", "code", required=True, refers="indicators.indicator_id"),
        Column("stage", "学段", "enum", "指标适用的学段", required=True, choices=STAGES),
        Column("statistic", "统计量", "enum", "留空即“数值”", choices=STATISTICS),
        Column("period", "时期", help="不是整年时填，如“上半年”“2009—2011年”“原文未注年份”"),
        Column("value", "数值", "number", "按单位列的单位填；确实为零填0，没有则留空并填缺失原因"),
        Column("unit", "单位", help="与指标单位相同，或可换算（元/万元/亿元、人/万人等）"),
        Column("qualifier", "限定词", "enum", "原文带“约、近、以上、余”等时填", choices=QUALIFIERS),
        Column("numerator", "分子", "number"),
        Column("denominator", "分母", "number"),
        Column("missing_code", "缺失原因", "enum", "数值留空时填", choices=MISSING),
        Column(
            "source_id",
            "来源编号",
            "code",
            "数据出自哪份文件；留空则用封面的默认来源",
            refers="sources.source_id",
        ),
        Column("quote", "原文摘录", help="来源文件里的原话"),
        NOTE,
    ),
    help="县级指标，一行一个数",
)

FRAMEWORK_ITEMS = Table(
    "framework_items",
    "测评体系",
    "shared",
    ("framework_id", "item_id"),
    (
        Column("framework_id", "测评体系代码", "code", required=True),
        Column("item_id", "测评项代码", "code", required=True),
        Column("parent_id", "上级代码", "code"),
        Column("level", "层级", "enum", choices=("体系", "一级", "二级", "测评点"), required=True),
        Column("no", "序号"),
        Column("name", "名称", required=True),
        Column("full_score", "满分", "number", unit="分", minimum=0),
        Column("rule", "评定方式", "enum", choices=("score", "pass", "basic", "veto")),
        Column("evidence", "佐证"),
        Column("area_id", "指标领域", "enum", choices=tuple(AREAS)),
        Column("source_id", "依据", "code", refers="sources.source_id"),
    ),
)

GRADE_BANDS = Table(
    "grade_bands",
    "等级",
    "shared",
    ("framework_id", "grade"),
    (
        Column("framework_id", "测评体系代码", "code", required=True, refers="framework_items.framework_id"),
        Column("grade", "等级", required=True),
        Column("min", "下限（含）", "number", unit="分"),
        Column("max", "上限（不含）", "number", unit="分"),
        Column("order", "次序", "count", "1 为最好", required=True),
        Column("source_id", "依据", "code", refers="sources.source_id"),
    ),
)

EVALUATIONS = Table(
    "evaluations",
    "评价",
    "submission",
    ("year", "eval_id"),
    (
        REGION,
        YEAR,
        Column("eval_id", "评价编号", "code", required=True),
        Column("framework_id", "测评体系代码", "code", required=True, refers="framework_items.framework_id"),
        Column("object_type", "对象类型", "enum", choices=("县", "乡镇", "学校", "幼儿园"), required=True),
        Column("object_id", "对象代码", "code", "县填行政区划代码，学校填标识码", required=True),
        Column("step", "环节", "enum", choices=("自评", "市复评", "省评", "复查"), required=True),
        Column("date", "日期", "date"),
        Column("total", "总分", "number", unit="分", minimum=0),
        Column("grade", "等级"),
        Column("source_id", "来源编号", "code", refers="sources.source_id"),
        NOTE,
    ),
    help="一次评价一行",
)

EVAL_SCORES = Table(
    "eval_scores",
    "评价得分",
    "submission",
    ("year", "eval_id", "item_id"),
    (
        REGION,
        YEAR,
        Column("eval_id", "评价编号", "code", required=True, refers="evaluations.eval_id"),
        Column("item_id", "测评项代码", "code", "见“测评体系”", required=True),
        Column("score", "得分", "number", unit="分", minimum=0),
        Column("status", "达标情况", "enum", choices=("全部达到", "基本达到", "未达到")),
        Column("deduction", "扣分", "number", unit="分", minimum=0),
        Column("reason", "扣分原因"),
        Column("planned_fix", "整改措施"),
        Column("evidence", "佐证"),
    ),
    help="每个测评项一行；扣分大于0须写原因",
)

SOURCES = Table(
    "sources",
    "来源",
    "shared",
    ("source_id",),
    (
        Column("source_id", "来源编号", "code", required=True),
        Column("title", "标题", required=True),
        Column("doc_no", "文号"),
        Column("issuer", "发文机关"),
        Column("date", "日期", help="写到知道的程度：2019、2019-12 或 2019-12-31"),
        Column("url", "网址"),
        Column("file", "文件"),
        Column("sha256", "SHA-256", "code"),
        Column("note", "说明"),
    ),
    help="数据出自的文件；填报表里也可列本县自己的来源",
)

EDITION_STATES = ("草稿", "已审核")

EDITIONS = Table(
    "editions",
    "年度版",
    "shared",
    ("year",),
    (
        Column("year", "年度", "year", "公报年度", required=True, minimum=1990, maximum=2100),
        Column(
            "status",
            "状态",
            "enum",
            "审核、批准后改为“已审核”才能发布；发布、被取代、撤回由发布目录记录，不在这里填",
            required=True,
            choices=EDITION_STATES,
        ),
        Column("doc_no", "文号", help="公报的发文字号，如“教督〔2017〕6号”；没有则留空"),
        Column("date", "成文日期", "date", "写到日"),
        Column("approved_by", "批准机关", help="批准公开的机关，印在每一页上"),
        Column("embargo_until", "禁发至", "date", "写到日；从这一天起才可发布，留空则不限"),
        Column("note", "说明", help="只在本单位看，不印在公报里"),
    ),
    help="各年度公报的审批情况，一年一行；没有这个文件或没有某年的一行，该年即为草稿",
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        REGIONS,
        SCHOOLS,
        SCHOOL_YEAR,
        INDICATORS,
        TARGETS,
        INDICATOR_VALUES,
        FRAMEWORK_ITEMS,
        GRADE_BANDS,
        EDITIONS,
        EVALUATIONS,
        EVAL_SCORES,
        *WORK_TABLES,
        SOURCES,
    )
}

# A submission may list its own source documents besides the publication's.
SUBMISSION_TABLES = (*(name for name, table in TABLES.items() if table.scope == "submission"), "sources")
SHARED_TABLES = tuple(name for name, table in TABLES.items() if table.scope == "shared")

# What the codes in indicators.standard stand for.
STANDARD_NAMES = {
    "basic_2012": "县域义务教育均衡发展督导评估（教督〔2012〕3号）",
    "quality_2017": "县域义务教育优质均衡发展督导评估（教督〔2017〕6号）",
    "preschool_2020": "县域学前教育普及普惠督导评估（教督〔2020〕1号）",
}

COVER_SHEET = "封面"
# label in column A, value in column B
COVER_FIELDS = {
    "region_code": "行政区划代码",
    "year": "年度",
    "office": "填报单位",
    "source_id": "默认来源编号",
    "note": "填报说明",
}
# sheets of a template that help to fill it in and hold no data; readers pass over them
HELP_SHEETS = ("填表说明", "指标目录", "测评体系目录")
# a template prints last year's value beside a cell under a header that starts with this; readers ignore it
LAST_YEAR_PREFIX = "上年"
