"""Tables of what an office does in a year: inspections, findings, tasks, money, people (domain.md C9–C17)."""

from __future__ import annotations

from gongbao.data.columns import NOTE, QUALIFIERS, REGION, SOURCE, YEAR, Column, Table, amount, count

_QUALIFIER = Column("qualifier", "限定词", "enum", "原文带“约、近、以上、余”等时填", choices=QUALIFIERS)
_QUOTE = Column("quote", "原文摘录", help="来源文件里的原话")
_WHEN = Column("when_text", "时间（原文）", help="原文没有写全日期时照抄，如“2月23日至25日”")
_ORIGIN = (SOURCE, _QUOTE, NOTE)
_OBJECT_TYPES = ("县", "乡镇", "学校", "幼儿园", "部门", "片区")

INSPECTIONS = Table(
    "inspections",
    "督导检查",
    "submission",
    ("year", "insp_id"),
    (
        REGION,
        YEAR,
        Column("insp_id", "检查编号", "code", "本县自编，如 2023-开学-1", required=True),
        Column(
            "type",
            "检查类型",
            "enum",
            required=True,
            choices=("开学督查", "专项督导", "综合督导", "经常性督导", "视导", "办园行为督导"),
        ),
        Column("topic", "主题", help="如 经费、控辍保学、五项管理、双减、营养改善"),
        Column("basis_doc", "依据文件", help="文号或名称"),
        Column("start", "开始日期", "date"),
        Column("end", "结束日期", "date"),
        _WHEN,
        count("teams", "督导组数", unit="个"),
        count("people", "参加人数"),
        count("schools_n", "中小学数", unit="所"),
        count("kg_n", "幼儿园数", unit="所"),
        count("towns_n", "乡镇数", unit="个"),
        count("questionnaires_issued", "发放问卷数", unit="份"),
        count("questionnaires_valid", "有效问卷数", unit="份"),
        count("interviews", "座谈访谈人数"),
        _QUALIFIER,
        *_ORIGIN,
    ),
    help="一次检查一行；没有检查到的对象数留空",
)

VISITS = Table(
    "visits",
    "到校督导",
    "submission",
    ("year", "insp_id", "school_id", "date", "check_item"),
    (
        REGION,
        YEAR,
        Column("insp_id", "检查编号", "code", "见“督导检查”", required=True, refers="inspections.insp_id"),
        Column("school_id", "学校标识码", "code", "见“学校”", required=True, refers="schools.school_id"),
        Column("date", "日期", "date", required=True),
        Column("check_item", "检查项", help="逐项检查时填，如 作业、睡眠、手机、读物、体质"),
        Column("result", "结果", "enum", choices=("符合", "基本符合", "不符合")),
        count("lessons", "听课节数", unit="节"),
        NOTE,
    ),
    help="到一所学校一次一行；逐项检查时每项一行",
)

FINDINGS = Table(
    "findings",
    "问题",
    "submission",
    ("year", "finding_id"),
    (
        REGION,
        YEAR,
        Column("finding_id", "问题编号", "code", required=True),
        Column("insp_id", "检查编号", "code", "由督导检查发现的填", refers="inspections.insp_id"),
        Column("eval_id", "评价编号", "code", "由评价发现的填", refers="evaluations.eval_id"),
        Column("object_type", "对象类型", "enum", required=True, choices=_OBJECT_TYPES),
        Column("object_id", "对象代码", "code", "学校填标识码，县填行政区划代码；其他写单位名称"),
        Column("topic", "主题", required=True, help="如 校园安全、规范办学、师资配备"),
        Column("severity", "程度", "enum", required=True, choices=("一般", "较重", "重大")),
        Column("text_public", "问题（公开）", required=True, help="会印在公报里，不写人名"),
        Column("text_internal", "问题（内部）", help="只在本单位使用，永不公开"),
        Column("item_id", "测评项代码", "code", "对应的测评内容"),
        *_ORIGIN,
    ),
    help="一个问题一行",
)

RECTIFICATIONS = Table(
    "rectifications",
    "整改",
    "submission",
    ("year", "rect_id"),
    (
        REGION,
        YEAR,
        Column("rect_id", "整改编号", "code", required=True),
        Column("finding_id", "问题编号", "code", "见“问题”；往年的问题也可以", required=True),
        Column(
            "finding_year",
            "问题年度",
            "year",
            "问题列在哪一年的公报里；本年度的留空",
            minimum=1990,
            maximum=2100,
        ),
        Column("unit", "责任单位", required=True, help="写单位，不写人名"),
        Column("measure", "整改措施"),
        Column(
            "mode",
            "办理方式",
            "enum",
            choices=("文件督查", "会议督查", "现场督查", "跟踪督查", "调研督查", "专项督查", "联合督查"),
        ),
        Column("issued", "立项日期", "date", "督导意见或督办通知发出的日期", required=True),
        Column("deadline", "整改期限", "date", "留空则按本站设定的天数计算"),
        Column("extended_to", "延期至", "date"),
        count("reminders", "催办次数", unit="次"),
        Column("closed", "办结日期", "date"),
        Column("recheck_date", "复查日期", "date"),
        Column("recheck_result", "复查结果", "enum", choices=("合格", "不合格")),
        Column("notice_no", "督办函文号"),
        *_ORIGIN,
    ),
    help="一项整改一行；是否逾期由日期推算，不填",
)

TASKS = Table(
    "tasks",
    "任务",
    "submission",
    ("year", "task_id"),
    (
        REGION,
        YEAR,
        Column("task_id", "任务编号", "code", required=True),
        Column("no", "序号", help="文件里的编号，如 3 或 （二）"),
        Column("section", "类别", help="如 督政、督学、监测、队伍"),
        Column("title", "任务", required=True),
        Column("owner", "责任单位", help="写单位或职务，不写人名"),
        Column("month_from", "开始月份", "count", unit="月", minimum=1, maximum=12),
        Column("month_to", "结束月份", "count", unit="月", minimum=1, maximum=12),
        Column("indicator_id", "指标代码", "code", "任务对应的指标", refers="indicators.indicator_id"),
        Column("op", "比较", "enum", "目标是不低于、不高于还是等于", choices=(">=", "<=", "=")),
        Column("target", "目标值", "number"),
        Column("unit", "单位"),
        _QUALIFIER,
        Column("due", "完成期限", "date"),
        *_ORIGIN,
    ),
    help="年度工作要点、责任书里的任务，一项一行",
)

TASK_PROGRESS = Table(
    "task_progress",
    "任务进展",
    "submission",
    ("year", "task_id", "as_of"),
    (
        REGION,
        YEAR,
        Column("task_id", "任务编号", "code", "见“任务”", required=True, refers="tasks.task_id"),
        Column("as_of", "截至日期", "date", required=True),
        Column("value", "完成值", "number", "与任务目标同一单位"),
        Column("status", "状态", "enum", required=True, choices=("未启动", "推进", "完成", "滞后")),
        NOTE,
    ),
)

FUNDS = Table(
    "funds",
    "专项资金",
    "submission",
    ("region_code", "year", "programme", "level"),
    (
        REGION,
        YEAR,
        Column("programme", "资金项目", required=True, help="如 营养改善计划、校舍维修、学生资助"),
        Column("level", "资金级别", "enum", required=True, choices=("中央", "省", "市", "县")),
        amount("budget", "预算数", "当年安排", "万元"),
        amount("received", "到位数", "实际到账", "万元"),
        amount("paid", "支付数", "实际支出", "万元"),
        count("beneficiaries", "受益人数"),
        count("person_times", "受益人次", unit="人次"),
        _QUALIFIER,
        *_ORIGIN,
    ),
    help="每个项目每级资金一行",
)

PROJECTS = Table(
    "projects",
    "工程项目",
    "submission",
    ("year", "project_id"),
    (
        REGION,
        YEAR,
        Column("project_id", "项目编号", "code", required=True),
        Column("name", "项目名称", required=True),
        Column("category", "类别", help="如 校舍新建、改薄、幼儿园建设"),
        Column("stage", "阶段", "enum", required=True, choices=("前期", "招标", "在建", "完工", "投用")),
        amount("area_m2", "建筑面积", "", "平方米"),
        amount("invest_plan", "计划投资", "", "万元"),
        amount("invest_done", "完成投资", "", "万元"),
        Column("start", "开工日期", "date"),
        Column("due", "计划完工日期", "date"),
        Column("done", "实际完工日期", "date"),
        *_ORIGIN,
    ),
    help="一个项目一行",
)

PROJECT_REPORTS = Table(
    "project_reports",
    "项目旬报",
    "submission",
    ("year", "project_id", "period"),
    (
        REGION,
        YEAR,
        Column("project_id", "项目编号", "code", "见“工程项目”", required=True, refers="projects.project_id"),
        Column("period", "旬", required=True, help="年-月-旬，如 2023-05-上"),
        Column("percent", "形象进度", "number", "累计完成的百分比", "%", minimum=0, maximum=100),
        NOTE,
    ),
)

TRAINING = Table(
    "training",
    "教师培训",
    "submission",
    ("year", "training_id"),
    (
        REGION,
        YEAR,
        Column("training_id", "培训编号", "code", required=True),
        Column("programme", "层级", "enum", required=True, choices=("国培", "省培", "市培", "县培", "校本")),
        Column("type", "形式", help="如 送教下乡、工作坊、网络研修、跟岗"),
        Column("subject", "学科"),
        count("sessions", "班次", unit="班次"),
        count("persons", "培训人数"),
        count("person_times", "培训人次", unit="人次"),
        amount("hours", "学时", "每人学时", "学时"),
        amount("cost", "经费", "", "万元"),
        Column("qualifier", "限定词", "enum", "人数或人次带“余、近”等时填", choices=QUALIFIERS),
        Column("period", "时期", help="不是整年时填，如“2018—2020年”"),
        *_ORIGIN,
    ),
    help="一项培训一行",
)

STAFFING = Table(
    "staffing",
    "队伍",
    "submission",
    ("region_code", "year", "category", "kind", "period"),
    (
        REGION,
        YEAR,
        Column(
            "category",
            "类别",
            "enum",
            required=True,
            choices=(
                "督导力量",
                "教师配备",
                "教师招聘",
                "教师交流",
                "教师资格",
                "名师队伍",
                "师德处理",
                "问责处理",
            ),
        ),
        Column("kind", "项目", required=True, help="如 专职督学、责任区、特岗教师、通报批评"),
        Column("value", "数值", "number", minimum=0),
        Column("unit", "单位", required=True, help="如 人、个、所"),
        _QUALIFIER,
        Column("missing_code", "缺失原因", "enum", "数值留空时填", choices=("不适用", "未报", "隐去")),
        Column("period", "时期", help="不是整年时填"),
        Column("publish", "可公开", "flag", "填“否”的只在内部使用；留空即公开"),
        *_ORIGIN,
    ),
    help="督导力量和教师队伍的人数、机构数，一项一行；1 至 4 人的不会公开具体数",
)

SURVEYS = Table(
    "surveys",
    "满意度调查",
    "submission",
    ("region_code", "year", "survey", "group"),
    (
        REGION,
        YEAR,
        Column(
            "survey",
            "调查",
            "enum",
            required=True,
            choices=("义务教育社会认可度", "学前教育社会认可度", "教育工作满意度"),
        ),
        Column(
            "group", "对象", required=True, help="如 学生、家长、教师、校长、人大代表、政协委员、其他群众"
        ),
        count("issued", "发放数", unit="份"),
        count("valid", "有效数", unit="份"),
        count("satisfied", "满意数", unit="份"),
        *_ORIGIN,
    ),
)

CAMPAIGNS = Table(
    "campaigns",
    "创建工作",
    "submission",
    ("region_code", "year", "campaign", "object_name", "stage"),
    (
        REGION,
        YEAR,
        Column("campaign", "创建项目", required=True, help="如 双高双普、教育强县、督导室标准化建设"),
        Column("object_name", "创建单位", help="本县以下或所辖单位的名称；就是本县的留空"),
        Column(
            "stage",
            "阶段",
            "enum",
            required=True,
            choices=("计划", "启动", "申报", "初验", "省验", "认定", "复查"),
        ),
        Column("date", "时间", help="写到知道的程度：2012、2012-11 或 2012-11-08"),
        Column("doc_no", "文号"),
        *_ORIGIN,
    ),
    help="一个单位的一个阶段一行",
)

EXPLANATIONS = Table(
    "explanations",
    "核对说明",
    "submission",
    ("year", "code", "sheet", "row_key"),
    (
        REGION,
        YEAR,
        Column("code", "提醒代码", "code", "gongbao check 打印的提醒代码，如 growth-mismatch", required=True),
        Column("sheet", "工作表", required=True, help="提醒所在的工作表，如 指标数据"),
        Column(
            "row_key",
            "数据行",
            help="提醒所在行的编号（指标代码、学校标识码等）；留空则答复该表的所有此类提醒",
        ),
        Column("explanation", "解释", required=True, help="为什么数据没有错；会印在公报里"),
    ),
    help="对提醒的答复：数据核对无误、只是看起来不寻常的，在这里写明原因",
)

WORK_TABLES = (
    INSPECTIONS,
    VISITS,
    FINDINGS,
    RECTIFICATIONS,
    TASKS,
    TASK_PROGRESS,
    FUNDS,
    PROJECTS,
    PROJECT_REPORTS,
    TRAINING,
    STAFFING,
    SURVEYS,
    CAMPAIGNS,
    EXPLANATIONS,
)

# What a template lists again from last year's rows. A row that holds nothing else has not been filled in.
PRELISTED: dict[str, tuple[str, ...]] = {
    "tasks": ("task_id", "section", "title", "owner", "indicator_id", "op", "unit"),
    "projects": ("project_id", "name", "category", "area_m2", "invest_plan", "start", "due"),
    "funds": ("programme", "level"),
    "staffing": ("category", "kind", "unit", "publish"),
    "surveys": ("survey", "group"),
}
