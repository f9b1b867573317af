import random

from gui.chatview.heights import ESTIMATE_PX, Heights


def test_sums_and_searches_agree_with_a_plain_list() -> None:
    chance = random.Random(7)
    plain: list[int] = []
    heights = Heights()
    for _ in range(400):
        match chance.randrange(4):
            case 0:
                at = chance.randrange(len(plain) + 1)
                count = chance.randrange(1, 4)
                plain[at:at] = [ESTIMATE_PX] * count
                heights.insert(at, count)
            case 1:
                plain.append(ESTIMATE_PX)
                heights.insert(len(plain) - 1, 1)
            case 2 if plain:
                at = chance.randrange(len(plain))
                plain[at] = chance.randrange(1, 300)
                heights.put(at, plain[at])
            case 3 if len(plain) > 1:
                at = chance.randrange(len(plain))
                del plain[at]
                heights.remove(at)
        assert heights.total() == sum(plain)
        if plain:
            at = chance.randrange(len(plain))
            assert heights.top(at) == sum(plain[:at])
            assert heights.find(heights.top(at)) == at
            assert heights.find(heights.top(at) + plain[at] - 1) == at


def test_searches_outside_give_the_ends() -> None:
    heights = Heights(5)
    assert (heights.find(-10), heights.find(10**6)) == (0, 4)
    assert Heights().find(3) == 0
