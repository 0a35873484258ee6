from oifde_simulator_client.models import *
