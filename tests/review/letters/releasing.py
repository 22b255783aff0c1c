"""A process that releases a batch of letters, with a `REDIS_URL` of its own.

Run by `test_faults.py` as `python -m tests.review.letters.releasing <batch> <who releases>`.
"""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connective.settings")
    django.setup()
    from connective import clock
    from connective.accounts.models import User
    from review.domain.release_letters import release
    from review.models import LetterBatch

    release(LetterBatch.objects.get(pk=int(sys.argv[1])), actor=User.objects.get(pk=int(sys.argv[2])), at=clock.now())
