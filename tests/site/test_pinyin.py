"""Names of places in Latin letters: characters of several readings are read as in the place's name."""

from __future__ import annotations

import pytest

from gongbao.site.pinyin import spell

NAMES = """
    重庆市=chongqingshi 厦门市=xiamenshi 蚌埠市=bengbushi 蚌山区=bengshanqu 六安市=luanshi 六合区=luhequ
    六枝特区=liuzhitequ 铅山县=yanshanxian 东莞市=dongguanshi 乐山市=leshanshi 乐亭县=laotingxian
    乐陵市=laolingshi 乐清市=yueqingshi 长乐区=changlequ 南乐县=nanlexian 民乐县=minlexian 乐都区=leduqu
    弥勒市=mileshi 长治市=changzhishi 长子县=zhangzixian 子长市=zichangshi 天长市=tianchangshi
    长宁区=changningqu 长垣市=changyuanshi 成都市=chengdushi 宁都县=ningduxian 商都县=shangduxian
    曾都区=zengduqu 什邡市=shifangshi 克什克腾旗=keshiketengqi 喀什市=kashishi 阿勒泰市=aletaishi
    朝阳市=chaoyangshi 朝阳区=chaoyangqu 朝天区=chaotianqu 漯河市=luoheshi 洪洞县=hongtongxian 浚县=xunxian
    单县=shanxian 涡阳县=guoyangxian 珲春市=hunchunshi 穆棱市=mulingshi 绥棱县=suilengxian 荥阳市=xingyangshi
    荥经县=yingjingxian 大埔县=dabuxian 番禺区=panyuqu 吐鲁番市=tulufanshi 尉犁县=yulixian 尉氏县=weishixian
    句容市=jurongshi 东阿县=dongexian 泌阳县=biyangxian 吴堡县=wubuxian 红寺堡区=hongsibuqu
    大城县=daichengxian 大兴区=daxingqu 犍为县=qianweixian 筠连县=junlianxian 歙县=shexian
    枞阳县=zongyangxian 莘县=shenxian 蔚县=yuxian 宝坻区=baodiqu 柞水县=zhashuixian 马尾区=maweiqu
    佛冈县=fogangxian 佛山市=foshanshi 崆峒区=kongtongqu 万柏林区=wanbailinqu 浪卡子县=langkazixian
    平昌县=pingchangxian
"""
READINGS = dict(pair.split("=") for pair in NAMES.split())


@pytest.mark.parametrize("name", READINGS)
def test_a_name_is_spelt_as_its_place_is_called(name: str) -> None:
    initials, whole = spell([name])[name]
    assert whole == READINGS[name]
    assert whole.startswith(initials[0]) and len(initials) == len(name)


def test_letters_and_digits_of_a_name_stay() -> None:
    assert spell(["示例县Ａ2"])["示例县Ａ2"][1] == "shilixiana2"


def test_names_of_several_are_spelt_at_once_and_kept(tmp_path) -> None:
    from gongbao.site.store import Store

    store = Store(tmp_path / "cache")
    first = spell(["乐陵市", "平昌县"], store)
    assert first == spell(["平昌县", "乐陵市", "平昌县"], store) and first["平昌县"][0] == "pcx"
